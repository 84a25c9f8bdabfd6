import pytest

from logbrook import Logbrook


@pytest.fixture(scope="session")
def started_broker():
    broker = Logbrook("--clock", "manual")
    yield broker
    broker.stop()


@pytest.fixture
def broker(started_broker):
    """One broker for all tests, as new for each."""
    started_broker.reset()
    return started_broker
