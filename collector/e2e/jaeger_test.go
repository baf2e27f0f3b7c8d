package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// trace and span are what this package needs of the answers of Jaeger's HTTP API.
type (
	trace struct {
		TraceID string `json:"traceID"`
		Spans   []span `json:"spans"`
	}
	span struct {
		SpanID     string `json:"spanID"`
		Name       string `json:"operationName"`
		References []struct {
			Type   string `json:"refType"`
			SpanID string `json:"spanID"`
		} `json:"references"`
		Tags []tag `json:"tags"`
		Logs []struct {
			Fields []tag `json:"fields"`
		} `json:"logs"`
	}
	tag struct {
		Key   string `json:"key"`
		Value any    `json:"value"`
	}
)

// jaegerTrace fetches one trace, and the answer as it came.
func jaegerTrace(t *testing.T, id string) (trace, string, error) {
	t.Helper()
	return first(jaegerTraces(t, "/api/traces/"+id))
}

// jaegerSearch finds the traces of a service that have an operation.
func jaegerSearch(t *testing.T, service, operation string) ([]trace, error) {
	t.Helper()
	query := url.Values{"service": {service}, "operation": {operation}, "lookback": {"1h"}, "limit": {"1000"}}
	traces, _, err := jaegerTraces(t, "/api/traces?"+query.Encode())
	return traces, err
}

func jaegerTraces(t *testing.T, path string) ([]trace, string, error) {
	t.Helper()
	body, err := get(t.Context(), jaegerURL+path)
	if err != nil {
		return nil, "", err
	}
	var answer struct {
		Data []trace `json:"data"`
	}
	// Numbers stay as they are written: a float64 does not hold each int64.
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil {
		return nil, "", err
	}
	return answer.Data, string(body), nil
}

func first(traces []trace, body string, err error) (trace, string, error) {
	if err == nil && len(traces) == 0 {
		err = fmt.Errorf("no trace in %.200s", body)
	}
	if err != nil {
		return trace{}, "", err
	}
	return traces[0], body, nil
}

// roots are the spans whose parent is not in the trace.
func (tr trace) roots() []span {
	known := make(map[string]bool)
	for _, s := range tr.Spans {
		known[s.SpanID] = true
	}
	var found []span
	for _, s := range tr.Spans {
		if !known[s.parent()] {
			found = append(found, s)
		}
	}
	return found
}

// children are the spans directly below one.
func (tr trace) children(parent span) []span {
	var found []span
	for _, s := range tr.Spans {
		if s.parent() == parent.SpanID {
			found = append(found, s)
		}
	}
	return found
}

func (s span) parent() string {
	for _, reference := range s.References {
		if reference.Type == "CHILD_OF" {
			return reference.SpanID
		}
	}
	return ""
}

func (s span) attribute(key string) any { return lookUp(s.Tags, key) }

func (s span) text(key string) string {
	value, _ := s.attribute(key).(string)
	return value
}

func (s span) number(key string) float64 {
	text, _ := s.attribute(key).(json.Number)
	value, _ := text.Float64()
	return value
}

func (s span) failed() bool { return s.text("otel.status_code") == "ERROR" }

// events are the names of the span's events, in order.
func (s span) events() []string {
	var names []string
	for _, log := range s.Logs {
		if name, ok := lookUp(log.Fields, "event").(string); ok {
			names = append(names, name)
		}
	}
	return names
}

// String draws the span for the report of a failure.
func (s span) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s span=%s parent=%s", s.Name, s.SpanID, s.parent())
	for _, tag := range s.Tags {
		fmt.Fprintf(&b, "\n      %s = %v", tag.Key, tag.Value)
	}
	for _, event := range s.events() {
		fmt.Fprintf(&b, "\n      event %s", event)
	}
	return b.String()
}

func (tr trace) String() string {
	var b strings.Builder
	b.WriteString(tr.TraceID)
	for _, s := range tr.Spans {
		b.WriteString("\n   " + s.String())
	}
	return b.String()
}

func lookUp(tags []tag, key string) any {
	for _, tag := range tags {
		if tag.Key == key {
			return tag.Value
		}
	}
	return nil
}
