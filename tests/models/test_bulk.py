import pytest
from django.db import connection, transaction

from articles.models import commit_without_waiting


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is set to wait for no commit")
def test_only_the_transaction_that_asks_for_it_does_not_wait_for_the_disk():
    def is_waiting() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return cursor.fetchone()[0] == "on"

    with transaction.atomic():
        commit_without_waiting()
        assert not is_waiting()
    assert is_waiting()
