package shipper

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// Logbrook is a broker beside the tests. It needs nothing but Go's own packages; the broker needs Node.
type Logbrook struct {
	URL        string `json:"url"`
	DatadogURL string `json:"datadog_url"`
	TestingURL string `json:"testing_url"`
	PID        int    `json:"pid"`
	command    *exec.Cmd
}

// StartLogbrook starts a broker in memory on a free port. The options are those of logbrook start.
func StartLogbrook(options ...string) (*Logbrook, error) {
	// LOGBROOK names another command: a single binary, say.
	words := strings.Fields(os.Getenv("LOGBROOK"))
	if len(words) == 0 {
		words = []string{"npx", "logbrook"}
	}
	words = append(words, "start", "--memory", "--port", "0", "--testing", "--json", "--log-level", "silent")
	command := exec.Command(words[0], append(words[1:], options...)...)
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("logbrook ended and says why on stderr: %w", command.Wait())
	}
	broker := &Logbrook{command: command}
	return broker, json.Unmarshal(line, broker)
}

// Stop ends the broker itself, and not npx in front of it, which passes no signal on.
func (broker *Logbrook) Stop() error {
	if err := syscall.Kill(broker.PID, syscall.SIGTERM); err != nil {
		return err
	}
	return broker.command.Wait()
}

// Match says which requests a fault is for. What is left out does not matter.
type Match struct {
	Endpoint  string `json:"endpoint,omitempty"`
	Topic     string `json:"topic,omitempty"`
	Partition *int   `json:"partition,omitempty"`
	Principal string `json:"principal,omitempty"`
	Nth       int    `json:"nth,omitempty"`
	Times     int    `json:"times,omitempty"`
}

// Do says what becomes of them, as {"error": "KAFKA_STORAGE_ERROR"} or {"drop": "after"}.
type Do map[string]any

// Request is what the journal says of one request.
type Request struct {
	Kind     string `json:"kind"`
	Endpoint string `json:"endpoint"`
	Status   int    `json:"status"`
}

// CreateTopic creates a topic of one partition; config is by Kafka's keys.
func (broker *Logbrook) CreateTopic(t *testing.T, name string, config map[string]any) {
	t.Helper()
	ask[any](t, "POST", broker.URL+"/v1/kafka/topics", map[string]any{"name": name, "config": config})
}

// Logs reads what the topic holds.
func (broker *Logbrook) Logs(t *testing.T, topic string) []Log {
	t.Helper()
	type described struct {
		Partitions []struct {
			LogStartOffset int `json:"log_start_offset"`
		}
	}
	start := ask[described](t, "GET", broker.URL+"/v1/kafka/topics/"+topic, nil).Partitions[0].LogStartOffset
	type fetched struct {
		Topics []struct {
			Partitions []struct{ Records []struct{ Value []byte } }
		}
	}
	entry := map[string]any{"partition": 0, "fetch_offset": start, "partition_max_bytes": 1 << 20}
	answer := ask[fetched](t, "POST", broker.URL+"/v1/kafka/fetch", map[string]any{
		"topics": []any{map[string]any{"topic": topic, "partitions": []any{entry}}},
	})
	logs := []Log{}
	for _, record := range answer.Topics[0].Partitions[0].Records {
		var log Log
		if err := json.Unmarshal(record.Value, &log); err != nil {
			t.Fatal(err)
		}
		logs = append(logs, log)
	}
	return logs
}

// AddFault lets requests go wrong from then on.
func (broker *Logbrook) AddFault(t *testing.T, match Match, do Do) {
	t.Helper()
	ask[any](t, "POST", broker.TestingURL+"/faults", map[string]any{"match": match, "do": do})
}

// Requests is what the journal says of the requests to an endpoint, in order.
func (broker *Logbrook) Requests(t *testing.T, endpoint string) []Request {
	t.Helper()
	requests := []Request{}
	for _, entry := range ask[struct{ Entries []Request }](t, "GET", broker.TestingURL+"/journal", nil).Entries {
		if entry.Kind == "request" && entry.Endpoint == endpoint {
			requests = append(requests, entry)
		}
	}
	return requests
}

// Advance moves the clock: 2h, 30s. Retention, long polls and waits see it.
func (broker *Logbrook) Advance(t *testing.T, by string) {
	t.Helper()
	ask[any](t, "POST", broker.TestingURL+"/clock/advance", map[string]string{"by": by})
}

// Reset brings the broker back to how it was when it had started, in a few milliseconds.
func (broker *Logbrook) Reset(t *testing.T) {
	t.Helper()
	ask[any](t, "POST", broker.TestingURL+"/reset", nil)
}

func ask[Answer any](t *testing.T, method, url string, body any) (answer Answer) {
	t.Helper()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, url, sent)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode >= 400 {
		t.Fatalf("%s %s: %d %s", method, url, response.StatusCode, text)
	}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &answer); err != nil {
			t.Fatal(err)
		}
	}
	return answer
}
