import urllib.error

import pytest

from shipper import Shipper

LOG = {"message": "hello", "service": "shop"}


@pytest.fixture
def shipper(broker):
    broker.create_topic("logs", retention_ms=3_600_000)
    return Shipper(broker.datadog_url("logs"))


def test_sends_every_log(broker, shipper):
    shipper.send([LOG, {**LOG, "message": "world"}])
    assert broker.values("logs") == [LOG, {**LOG, "message": "world"}]


def test_tries_again_when_the_broker_fails(broker, shipper):
    broker.add_fault({"error": "KAFKA_STORAGE_ERROR"}, endpoint="sendLogs", times=2)
    shipper.send([LOG])
    assert [request["status"] for request in broker.requests("sendLogs")] == [500, 500, 200]
    assert broker.values("logs") == [LOG]


def test_gives_up_in_the_end(broker, shipper):
    broker.add_fault({"error": "KAFKA_STORAGE_ERROR"}, endpoint="sendLogs")
    with pytest.raises(urllib.error.HTTPError):
        shipper.send([LOG])
    assert broker.values("logs") == []


def test_does_not_insist_on_what_the_broker_will_never_take(broker, shipper):
    broker.add_fault({"error": "TOPIC_AUTHORIZATION_FAILED"}, endpoint="sendLogs")
    with pytest.raises(urllib.error.HTTPError):
        shipper.send([LOG])
    assert len(broker.requests("sendLogs")) == 1


@pytest.mark.parametrize(("drop", "kept"), [("before", 1), ("after", 2)])
def test_sends_twice_what_it_cannot_know_to_have_arrived(broker, shipper, drop, kept):
    broker.add_fault({"drop": drop}, topic="logs", nth=1)
    shipper.send([LOG])
    assert broker.values("logs") == [LOG] * kept


def test_logs_are_kept_for_an_hour(broker, shipper):
    shipper.send([LOG])
    broker.advance("59m")
    assert broker.values("logs") == [LOG]
    broker.advance("2m")
    assert broker.values("logs") == []


def test_a_snapshot_saves_setting_up_again(broker, shipper):
    shipper.send([LOG])
    snapshot = broker.snapshot()
    for _ in range(2):
        shipper.send([LOG])
        assert broker.values("logs") == [LOG, LOG]
        broker.restore(snapshot)
        assert broker.values("logs") == [LOG]
