"""Files that name a series."""

import pytest
from django.core.management import call_command

from articles.models import ImportRun, Series

pytestmark = pytest.mark.django_db(transaction=False)


def write(folder, name, day, series, title=None):
    text = f"---\ntitle: {title or name}\ndate: 2026-10-{day}\nseries: {series}\n---\n正文。\n"
    (folder / f"{name}.md").write_text(text, encoding="utf-8")


def test_articles_join_the_series_that_their_files_name_by_time(tmp_path):
    for name, day in (("乙", 12), ("甲", 10), ("丙", 14)):
        write(tmp_path, name, day, "[港口百年]" if name == "乙" else "港口百年")
    call_command("import_articles", str(tmp_path), jobs=1, verbosity=0)
    series = Series.objects.get()
    assert list(series.ordered().live().values_list("article__title", flat=True)) == ["甲", "乙", "丙"]
    call_command("import_articles", str(tmp_path), jobs=1, verbosity=0)
    assert series.entries.count() == 3
    # What an editor took out stays out, though the file changed.
    series.entries.filter(article__title="乙").delete()
    write(tmp_path, "乙", 12, "港口百年", title="乙，改过")
    call_command("import_articles", str(tmp_path), jobs=1, verbosity=0)
    assert series.entries.count() == 2


def test_a_file_joins_the_series_that_an_editor_made_and_an_undo_leaves_it(tmp_path):
    Series.objects.create(name="港口百年")
    write(tmp_path, "甲", 10, "港口百年")
    write(tmp_path, "乙", 11, "新的专题")
    call_command("import_articles", str(tmp_path), jobs=1, verbosity=0)
    assert Series.objects.get(name="港口百年").live_articles()
    assert Series.objects.get(name="新的专题").order == "oldest"
    call_command("undo_import", str(ImportRun.objects.get().pk), verbosity=0)
    assert list(Series.objects.values_list("name", flat=True)) == ["港口百年"]
