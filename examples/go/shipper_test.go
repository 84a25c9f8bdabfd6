package shipper

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"testing"
)

var started *Logbrook

// One broker for all tests, as new for each.
func TestMain(m *testing.M) {
	var err error
	if started, err = StartLogbrook("--clock", "manual"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := started.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var hello = Log{"message": "hello", "service": "shop"}

func setUp(t *testing.T) (*Logbrook, *Shipper) {
	t.Helper()
	started.Reset(t)
	started.CreateTopic(t, "logs", map[string]any{"retention.ms": 3_600_000})
	return started, &Shipper{IntakeURL: started.DatadogURL + "/logs", Attempts: 3}
}

func send(t *testing.T, shipper *Shipper, logs ...Log) {
	t.Helper()
	if err := shipper.Send(logs); err != nil {
		t.Fatal(err)
	}
}

func expectLogs(t *testing.T, broker *Logbrook, expected ...Log) {
	t.Helper()
	if logs := broker.Logs(t, "logs"); len(logs) != len(expected) || len(logs) > 0 && !reflect.DeepEqual(logs, expected) {
		t.Fatalf("the topic holds %v instead of %v", logs, expected)
	}
}

func TestSendsEveryLog(t *testing.T) {
	broker, shipper := setUp(t)
	world := Log{"message": "world", "service": "shop"}
	send(t, shipper, hello, world)
	expectLogs(t, broker, hello, world)
}

func TestTriesAgainWhenTheBrokerFails(t *testing.T) {
	broker, shipper := setUp(t)
	broker.AddFault(t, Match{Endpoint: "sendLogs", Times: 2}, Do{"error": "KAFKA_STORAGE_ERROR"})
	send(t, shipper, hello)
	statuses := []int{}
	for _, request := range broker.Requests(t, "sendLogs") {
		statuses = append(statuses, request.Status)
	}
	if !reflect.DeepEqual(statuses, []int{500, 500, 200}) {
		t.Fatalf("the answers were %v", statuses)
	}
	expectLogs(t, broker, hello)
}

func TestGivesUp(t *testing.T) {
	for _, each := range []struct {
		error    string
		status   int
		attempts int
	}{
		{"KAFKA_STORAGE_ERROR", 500, 3},
		// What the broker will never take is not worth another attempt.
		{"TOPIC_AUTHORIZATION_FAILED", 403, 1},
	} {
		t.Run(each.error, func(t *testing.T) {
			broker, shipper := setUp(t)
			broker.AddFault(t, Match{Endpoint: "sendLogs"}, Do{"error": each.error})
			var refused *Refused
			if err := shipper.Send([]Log{hello}); !errors.As(err, &refused) || refused.Status != each.status {
				t.Fatalf("ended with %v", err)
			}
			if attempts := len(broker.Requests(t, "sendLogs")); attempts != each.attempts {
				t.Fatalf("made %d attempts instead of %d", attempts, each.attempts)
			}
			expectLogs(t, broker)
		})
	}
}

func TestSendsTwiceWhatItCannotKnowToHaveArrived(t *testing.T) {
	for drop, kept := range map[string][]Log{"before": {hello}, "after": {hello, hello}} {
		t.Run(drop, func(t *testing.T) {
			broker, shipper := setUp(t)
			broker.AddFault(t, Match{Topic: "logs", Nth: 1}, Do{"drop": drop})
			send(t, shipper, hello)
			expectLogs(t, broker, kept...)
		})
	}
}

func TestLogsAreKeptForAnHour(t *testing.T) {
	broker, shipper := setUp(t)
	send(t, shipper, hello)
	broker.Advance(t, "59m")
	expectLogs(t, broker, hello)
	broker.Advance(t, "2m")
	expectLogs(t, broker)
}
