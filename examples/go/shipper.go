// Package shipper is the program under test: it sends logs as Datadog's senders do, and tries again when that fails.
package shipper

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Log is one log, as the application wrote it.
type Log map[string]string

// Shipper sends logs to an intake.
type Shipper struct {
	IntakeURL string
	Attempts  int
}

// Refused is what the intake answered that will not take the logs.
type Refused struct{ Status int }

func (refused *Refused) Error() string {
	return fmt.Sprintf("the intake answered %d", refused.Status)
}

// Send returns when the intake has taken all of the logs, or none of the attempts was answered with success.
func (shipper *Shipper) Send(logs []Log) error {
	body, err := json.Marshal(logs)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: 10 * time.Second}
	for attempt := 1; ; attempt++ {
		response, err := client.Post(shipper.IntakeURL+"/api/v2/logs", "application/json", bytes.NewReader(body))
		if err == nil {
			response.Body.Close()
			if response.StatusCode < 400 {
				return nil
			}
			err = &Refused{response.StatusCode}
			if response.StatusCode < 500 {
				return err
			}
		}
		if attempt == shipper.Attempts {
			return err
		}
	}
}
