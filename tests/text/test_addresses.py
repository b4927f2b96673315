"""Old addresses have one spelling."""

import pytest

from articles.text.addresses import address_key, address_keys, decoded_key, own_path


@pytest.mark.parametrize(
    "address",
    [
        "/2021/05/晚稻/",
        "/2021/05/晚稻",
        "/2021/05/晚稻.html",
        "/2021/05/晚稻/index.html",
        "//2021//05/晚稻/",
        "/2021/05/%E6%99%9A%E7%A8%BB/",
        "/2021/05/%e6%99%9a%E7%a8%bb/index.htm#more",
        "/2021/05/%CD%ED%B5%BE.html",  # GBK
        "https://old.example/2021/05/晚稻/?utm_source=weibo&from=timeline",
        "2021/05/晚稻/",
    ],
)
def test_every_spelling_of_an_address_has_the_same_key(address: str) -> None:
    assert address_key(address.replace("//2021", "/2021")) == "/2021/05/晚稻"


def test_composed_and_decomposed_letters_are_one_address() -> None:
    assert address_key("/cafe\u0301/") == address_key("/caf%C3%A9") == "/caf\u00e9"


def test_a_query_stays_and_its_order_does_not_matter() -> None:
    assert address_key("/show.php?id=7&cat=2&utm_medium=x") == "/show.php?cat=2&id=7"
    assert address_key("http://old.example?p=123") == "/?p=123"


def test_a_request_is_looked_up_by_its_whole_query_then_its_parts_then_its_path() -> None:
    assert address_keys("/", "p=123&page=2") == ["/?p=123&page=2", "/?p=123", "/?page=2", "/"]
    assert address_keys("/2021/05/x.html", "") == ["/2021/05/x"]
    assert address_keys("/%CD%ED%B5%BE.html") == ["/晚稻"]


def test_in_a_decoded_path_signs_are_text() -> None:
    assert decoded_key("/2021/C#入门，100%可用/") == "/2021/C#入门，100%可用"
    assert decoded_key("/为什么?/") == "/为什么?"
    assert decoded_key("/?p=123") == "/?p=123"


@pytest.mark.parametrize(
    "address", ["", "   ", "javascript:alert(1)", "mailto:a@b.example", "http://[", "/" + "长" * 700]
)
def test_what_is_no_address_has_no_key(address: str) -> None:
    assert address_key(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "evil",
        "",
        "/a\nb",
    ],
)
def test_a_redirect_never_leads_to_another_site(address: str) -> None:
    assert own_path(address) == ""
    assert own_path("/sections/city/?after=1") == "/sections/city/?after=1"
