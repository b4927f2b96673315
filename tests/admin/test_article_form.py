"""The form of an article: what a save does, what it refuses, what it tells."""

import io
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image as Pillow

from articles.actions.workflow import OutOfStep
from articles.models import Article, Authorship, Image, Listing, ListKind, Origin, Revision, Tag
from articles.renditions import store_image, wanted_specs
from tests.admin.conftest import article_form, change_address, picture_bytes
from tests.factories import make_article, make_author, make_category

ADD = "/admin/articles/article/add/"
LIST = "/admin/articles/article/"
pytestmark = pytest.mark.django_db


def told(response):
    return unescape(" ".join(str(message) for message in response.context["messages"]))


def test_a_save_cleans_the_body_and_tells_what_went(desk):
    dirty = '<p style="color:red" onclick="x()">正文。</p><script>alert(1)</script><script></script>'
    response = desk.post(ADD, article_form(body=dirty), follow=True)
    assert Article.objects.get().body == "<p>正文。</p>"
    assert " 2" in told(response)


def test_what_went_is_told_in_plain_words(desk):
    desk.cookies["lang"] = "en"
    response = desk.post(ADD, article_form(body='<p style="x" onclick="y">a</p><script>z</script>'), follow=True)
    assert "Removed from the text: scripts 1, scripts in attributes 1, inline styles 1." in told(response)


def test_a_save_writes_a_revision_of_what_is_stored_then(desk, editor):
    article, section = make_article(), make_category("财经")
    form = article_form(article, title="改过的题", main_section=section.pk, tag_names=["港口"])
    desk.post(change_address(article), form)
    revision, before = Revision.objects.filter(article=article)
    assert before.data["title"] == article.title
    assert (revision.origin, revision.created_by) == (Origin.EDITOR, editor)
    assert revision.data["title"] == "改过的题"
    assert [entry["path"] for entry in revision.data["sections"]] == [section.path]
    assert [entry["name"] for entry in revision.data["tags"]] == ["港口"]


def test_an_outdated_form_is_refused_and_comes_back_with_its_text(desk):
    article = make_article()
    form = article_form(article, title="我的题", body="<p>我的正文。</p>")
    desk.post(change_address(article), article_form(article, title="别人的题"))
    response = desk.post(change_address(article), form)
    page = response.content.decode()
    assert Article.objects.get().title == "别人的题"
    assert "我的题" in page
    assert "我的正文。" in page
    assert f'href="{change_address(article)}" target="_blank"' in page
    assert 'name="replace_version"' in page


def test_an_outdated_form_is_saved_when_its_editor_insists(desk):
    article = make_article()
    form = article_form(article, title="我的题")
    desk.post(change_address(article), article_form(article, title="别人的题"))
    current = Article.objects.get().row_version
    insisting = form | {"replace_version": current}
    assert desk.post(change_address(article), insisting).status_code == 200  # a choice is missing
    assert Article.objects.get().title == "别人的题"
    assert desk.post(change_address(article), insisting | {"choose-title": "mine"}).status_code == 302
    assert Article.objects.get().title == "我的题"


def test_of_two_saves_each_field_keeps_what_was_chosen_and_nothing_is_overwritten(desk):
    article, city, money = make_article(summary="旧摘要"), make_category("城市"), make_category("财经")
    form = article_form(article, title="我的题", body="<p>我的正文。</p>", main_section=city.pk, tag_names=["我的"])
    form["summary"] = "旧摘要"
    theirs = {"title": "别人的题", "summary": "别人的摘要", "main_section": money.pk, "tag_names": ["别人的"]}
    desk.post(change_address(article), article_form(article, **theirs))
    page = desk.post(change_address(article), form)
    rows = {row.name: row.choice for row in page.context["adminform"].form.collision.rows}
    assert rows == {"title": "", "summary": "theirs", "body": "mine", "sections": "", "tags": ""}
    current = Article.objects.get().row_version
    choices = {"choose-title": "mine", "choose-sections": "theirs", "choose-tags": "mine"}
    desk.post(change_address(article), form | {"replace_version": current} | choices)
    article.refresh_from_db()
    assert (article.title, article.summary, article.body) == ("我的题", "别人的摘要", "<p>我的正文。</p>")
    assert (article.category, list(article.tags.names())) == (money, ["我的"])


def byline_rows(*authors, article=None):
    """The rows of a byline as a browser sends them: those of the article, then new ones."""
    stored = list(Authorship.objects.filter(article=article).order_by("position")) if article else []
    rows = {"authorships-TOTAL_FORMS": str(len(authors)), "authorships-INITIAL_FORMS": str(len(stored))}
    for number, author in enumerate(authors):
        rows |= {f"authorships-{number}-author": author.pk, f"authorships-{number}-role": "author"}
        rows[f"authorships-{number}-position"] = str(number + 1)
        if number < len(stored):
            rows |= {f"authorships-{number}-id": stored[number].pk, f"authorships-{number}-article": article.pk}
    return rows


@pytest.mark.parametrize(("choice", "expected"), [("mine", ["甲", "丙"]), ("theirs", ["乙"])])
def test_two_bylines_stand_beside_each_other_too(desk, choice, expected):
    first, second, third = make_author("甲"), make_author("乙"), make_author("丙")
    article = make_article(authors=[first])
    form = article_form(article, **byline_rows(first, third, article=article))
    desk.post(change_address(article), article_form(article, **byline_rows(second, article=article)))
    page = desk.post(change_address(article), form)
    assert {row.name: row.choice for row in page.context["adminform"].form.collision.rows} == {"byline": ""}
    insisting = form | {"replace_version": Article.objects.get().row_version, "choose-byline": choice}
    assert desk.post(change_address(article), insisting).status_code == 302
    assert [author.name for author in article.authors] == expected


def test_a_byline_whose_rows_were_written_anew_meanwhile_is_saved_all_the_same(desk):
    first, second = make_author("甲"), make_author("乙")
    article = make_article(authors=[first])
    form = article_form(article, **byline_rows(first, second, article=article))
    Authorship.objects.all().delete()
    Authorship.objects.create(article=article, author=first)
    assert desk.post(change_address(article), form).status_code == 302
    assert list(article.authors) == [first, second]


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_every_field_of_two_saves_can_be_chosen(desk, choice):
    """Times, lead image and its texts, and what stands under "more"."""
    old, mine, theirs = (store_image(picture_bytes(size=(900, height))) for height in (600, 700, 800))
    article = make_article(hero_image=old, kicker="旧")
    values = {
        "mine": {"published_at_1": "08:00:00", "expires_at_0": "2030-01-01", "kicker": "我的", "hero_image": mine.pk},
        "theirs": {"published_at_1": "09:00:00", "expires_at_0": "2031-01-01", "kicker": "别", "hero_image": theirs.pk},
    }
    for who, entries in values.items():
        entries |= {"expires_at_1": "00:00:00", "hero_caption": f"{who}的说明", "source_name": who}
    form = article_form(article, **values["mine"])
    desk.post(change_address(article), article_form(article, **values["theirs"]))
    page = desk.post(change_address(article), form)
    names = [row.name for row in page.context["adminform"].form.collision.rows]
    assert set(names) == {"kicker", "published_at", "expires_at", "hero_image", "hero_texts", "source_name"}
    form |= {"replace_version": Article.objects.get().row_version} | {f"choose-{name}": choice for name in names}
    assert desk.post(change_address(article), form).status_code == 302
    article.refresh_from_db()
    assert (article.kicker, article.source_name) == (values[choice]["kicker"], choice)
    assert f"{timezone.localtime(article.published_at):%H:%M:%S}" == values[choice]["published_at_1"]
    assert f"{timezone.localtime(article.expires_at):%Y-%m-%d}" == values[choice]["expires_at_0"]
    assert article.hero_image_id == values[choice]["hero_image"]
    theirs.refresh_from_db()
    assert (article.hero_image.caption, theirs.caption) == (f"{choice}的说明", "theirs的说明")


def test_the_caption_that_somebody_else_wrote_is_not_overwritten_unseen(desk):
    image = store_image(picture_bytes())
    article = make_article(hero_image=image)
    texts = {"hero_image": image.pk, "hero_alt_text": "", "hero_caption": "", "hero_credit": ""}
    form = article_form(article, **texts, title="我的题")
    desk.post(change_address(article), article_form(article, **texts | {"hero_caption": "别人的说明"}))
    page = desk.post(change_address(article), form)
    rows = {row.name: row.choice for row in page.context["adminform"].form.collision.rows}
    assert rows == {"title": "mine", "hero_texts": "theirs"}
    desk.post(change_address(article), form | {"replace_version": Article.objects.get().row_version})
    image.refresh_from_db()
    assert (Article.objects.get().title, image.caption) == ("我的题", "别人的说明")


def test_a_new_caption_is_a_version_and_an_update_for_readers(desk):
    image = store_image(picture_bytes())
    article = make_article(hero_image=image)
    desk.post(change_address(article), article_form(article, hero_image=image.pk, hero_caption="新说明"))
    assert Article.objects.get().updated_at is not None
    assert Revision.objects.first().data["hero_texts"]["caption"] == "新说明"
    version = desk.get(f"{LIST}{article.pk}/history/{Revision.objects.first().pk}/").content.decode()
    assert "<ins>新说明</ins>" in version


def test_a_step_that_is_refused_at_the_last_moment_leaves_the_text_in_the_form(desk, monkeypatch):
    def refuse(*args, **kwargs):
        raise OutOfStep("somebody was faster")

    monkeypatch.setattr("articles.admin.article.take_step", refuse)
    article = make_article(live=False, title="旧题")
    upload = SimpleUploadedFile("a.jpg", picture_bytes(), "image/jpeg")
    page = desk.post(change_address(article), article_form(article, title="新题", _verb="publish", hero_file=upload))
    assert page.status_code == 200
    assert "somebody was faster" in page.content.decode()
    assert page.context["adminform"].form["title"].value() == "新题"
    assert Article.objects.get().title == "旧题"


def test_a_third_save_meanwhile_asks_again(desk):
    article = make_article()
    form = article_form(article, title="我的题")
    desk.post(change_address(article), article_form(article, title="别人的题"))
    seen = Article.objects.get().row_version
    desk.post(change_address(article), article_form(article, title="第三人的题"))
    answer = desk.post(change_address(article), form | {"replace_version": seen, "choose-title": "mine"})
    assert answer.status_code == 200
    assert Article.objects.get().title == "第三人的题"


def test_a_form_without_a_version_saves_nothing(desk):
    article = make_article()
    form = article_form(article, title="我的题")
    del form["row_version"]
    assert desk.post(change_address(article), form).status_code == 200
    assert Article.objects.get().title == article.title


def test_updated_at_moves_when_readers_read_something_new(desk):
    article = make_article()
    desk.post(change_address(article), article_form(article, title="改过的题"))
    assert Article.objects.get().updated_at is not None


@pytest.mark.parametrize("values", [{}, {"internal_note": "内部"}, {"tag_names": ["新标签"]}, {"noindex": "on"}])
def test_updated_at_stays_when_readers_read_the_same(desk, values):
    article = make_article()
    desk.post(change_address(article), article_form(article, **values))
    assert Article.objects.get().row_version > 1
    assert Article.objects.get().updated_at is None


def test_updated_at_of_a_draft_stays_empty(desk):
    article = make_article(live=False)
    desk.post(change_address(article), article_form(article, title="改过的题"))
    assert Article.objects.get().title == "改过的题"
    assert Article.objects.get().updated_at is None


def test_sections_and_tags_reach_the_lists_of_readers(desk):
    article, city, money = make_article(), make_category("城市"), make_category("财经")
    form = article_form(article, main_section=money.pk, other_sections=[city.pk], tag_names=["港口, 大雾，航运"])
    desk.post(change_address(article), form)
    article = Article.objects.get()
    assert article.category == money
    assert set(article.categories.all()) == {city, money}
    assert set(article.tags.names()) == {"港口", "大雾", "航运"}
    assert article.title in desk.get(money.get_absolute_url()).content.decode()
    assert article.title in desk.get(Tag.objects.get(name="大雾").get_absolute_url()).content.decode()
    desk.post(change_address(article), article_form(article, main_section=city.pk, tag_names=[]))
    assert article.title not in desk.get(money.get_absolute_url()).content.decode()
    kinds = Listing.objects.order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == [ListKind.HOME, ListKind.CATEGORY, ListKind.LANGUAGE]


def test_a_tag_is_found_whatever_its_case(desk):
    Tag.objects.create(name="NBA")
    desk.post(ADD, article_form(tag_names=["nba"]))
    assert list(Tag.objects.values_list("name", flat=True)) == ["NBA"]


def test_a_new_slug_is_the_new_address(desk):
    article = make_article()
    desk.post(change_address(article), article_form(article, slug="new-slug"))
    assert desk.get(f"/articles/{article.pk}/{article.slug}/").url.endswith("/new-slug/")


def test_the_byline_keeps_the_order_of_its_numbers(desk):
    article, first, second = make_article(), make_author("甲"), make_author("乙")
    rows = {"authorships-TOTAL_FORMS": "2"}
    for number, (author, position) in enumerate([(second, "2"), (first, "1")]):
        rows |= {f"authorships-{number}-author": author.pk, f"authorships-{number}-role": "author"}
        rows[f"authorships-{number}-position"] = position
    desk.post(change_address(article), article_form(article, **rows))
    assert list(article.authors) == [first, second]
    assert list(Authorship.objects.values_list("position", flat=True)) == [0, 1]


def test_a_lead_image_is_uploaded_with_its_texts_and_cleaned(desk):
    exif = Pillow.Exif()
    exif[0x010E] = "secret place"
    upload = SimpleUploadedFile("a.jpg", picture_bytes(exif=exif), "image/jpeg")
    texts = {"hero_alt_text": "红旗", "hero_caption": "说明", "hero_credit": "林听澜"}
    desk.post(ADD, article_form(hero_file=upload, **texts))
    image = Article.objects.get().hero_image
    assert (image.alt_text, image.caption, image.credit) == ("红旗", "说明", "林听澜")
    assert set(image.renditions.values_list("spec", flat=True)) == wanted_specs(image)
    with image.file.open() as stream:
        assert b"secret place" not in stream.read()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.svg", SVG), ("a.png", SVG), ("a.jpg", b"<html><script>alert(1)</script>"), ("a.jpg", b"")],
)
def test_what_is_no_picture_is_refused_on_the_form(desk, name, data):
    response = desk.post(ADD, article_form(hero_file=SimpleUploadedFile(name, data, "image/jpeg")))
    assert response.context["adminform"].form.errors["hero_file"]
    assert not Article.objects.exists()
    assert not Image.objects.exists()


def test_a_picture_of_too_many_pixels_is_refused(desk):
    buffer = io.BytesIO()
    Pillow.new("1", (13000, 13000)).save(buffer, "PNG")
    response = desk.post(ADD, article_form(hero_file=SimpleUploadedFile("a.png", buffer.getvalue())))
    assert response.context["adminform"].form.errors["hero_file"]
    assert not Image.objects.exists()


def test_a_picture_is_kept_when_another_field_is_wrong(desk):
    upload = SimpleUploadedFile("a.jpg", picture_bytes(), "image/jpeg")
    response = desk.post(ADD, article_form(title="", hero_file=upload))
    image = Image.objects.get()
    assert f'<option value="{image.pk}" selected' in response.content.decode()


def test_the_texts_of_one_picture_do_not_go_to_the_next(desk):
    first = desk.post(ADD, article_form(hero_file=SimpleUploadedFile("a.jpg", picture_bytes()), hero_alt_text="旧"))
    assert first.status_code == 302
    article = Article.objects.get()
    upload = SimpleUploadedFile("b.jpg", picture_bytes(size=(900, 900)))
    form = article_form(article, hero_image=article.hero_image_id, hero_file=upload, hero_alt_text="旧")
    desk.post(change_address(article), form)
    assert Article.objects.get().hero_image.alt_text == ""
    assert Image.objects.order_by("pk").first().alt_text == "旧"


@pytest.mark.parametrize(
    "body",
    [
        "<p>" + "字" * 400_000,
        "<div>" * 300,
        "<p>" * 20_001,
        "<b>" * 40,
        "<p>" + "& " * 10_001,
        f'<a title="{"x" * 5000}">',
    ],
)
def test_a_body_beyond_the_limits_is_an_error_of_the_form(desk, body):
    response = desk.post(ADD, article_form(body=body))
    assert response.status_code == 200
    assert response.context["adminform"].form.errors["body"]


@pytest.mark.parametrize("bad", ["\0", "\x01\x1b\x7f\x85", "\ud800", "\u202e", "\ufffe"])
@pytest.mark.parametrize(
    "field",
    ["title", "subtitle", "kicker", "slug", "summary", "body", "language", "source_name", "source_url", "tag_names"]
    + ["main_section", "hero_image", "translation_of", "other_sections", "published_at_0", "status", "hero_alt_text"],
)
def test_strange_characters_never_break_the_form(desk, field, bad):
    raw = f"x{bad}y".encode("utf-8", "surrogatepass")
    form = "&".join(f"{key}={value}" for key, value in article_form().items() if key != field).encode()
    body = form + b"&" + field.encode() + b"=" + b"".join(b"%%%02x" % byte for byte in raw)
    response = desk.post(ADD, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in {200, 302}
    for article in Article.objects.all():
        assert not any(ord(char) < 32 for char in article.title + article.summary + article.body + article.source_name)


def test_what_is_published_says_where_it_is_and_what_it_lacks(desk):
    desk.cookies["lang"] = "en"
    page = desk.post(ADD, article_form(title='<b>"题', _verb="publish"), follow=True).content.decode()
    article = Article.objects.get()
    assert f'<a href="{article.get_absolute_url()}">View on site</a></li>' in page
    assert "&lt;b&gt;&quot;题” is now: published." in page
    assert "It stands in no section" in page


def test_an_article_that_readers_do_not_see_says_why(desk):
    article = make_article(live=False)
    desk.cookies["lang"] = "en"
    assert "Not on the site: draft" in desk.get(change_address(article)).content.decode()
    live = desk.get(change_address(make_article())).content.decode()
    assert "View on site" in live
    assert "Not on the site" not in live


def test_deleting_means_the_trash_and_from_there_for_good(desk):
    article = make_article(title="要删的稿")
    address = f"{LIST}{article.pk}/delete/"
    assert "要删的稿" in desk.get(address).content.decode()
    desk.post(address, {"post": "yes"})
    assert desk.get(article.get_absolute_url()).status_code == 404
    assert Article.objects.get().trashed_at
    desk.post(address, {"post": "yes"})
    assert not Article.objects.exists()
    assert Revision.objects.filter(article_number=article.pk).first().data["title"] == "要删的稿"


def test_only_the_page_of_the_editor_carries_a_nonce(desk):
    with_editor, without = desk.get(ADD), desk.get("/admin/articles/tag/add/")
    assert "'nonce-" in with_editor.headers["Content-Security-Policy"]
    assert "'nonce-" not in without.headers["Content-Security-Policy"]


def test_a_stranger_sees_and_saves_nothing(client):
    article = make_article()
    for address in (ADD, LIST, change_address(article), "/admin/articles/tag/names/"):
        assert client.get(address).status_code == 302
    assert client.post(change_address(article), article_form(article, title="x")).status_code == 302
    assert Article.objects.get().title == article.title
