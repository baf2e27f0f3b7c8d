// Tracesvg draws a trace that Jaeger holds as a picture: a waterfall of its
// spans with their events and the attributes that matter.
//
//	go run ./tracesvg -service llmotel-quickstart -span llm.call > trace.svg
//
// It takes the newest trace of the service that begins with the given span and
// has the most spans.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"
)

func main() {
	jaeger := flag.String("jaeger", "http://localhost:16686", "address of Jaeger's query API")
	service := flag.String("service", "llmotel-quickstart", "service.name of the trace")
	root := flag.String("span", "llm.call", "name of the trace's first span")
	flag.Parse()
	t, err := fetch(*jaeger, *service, *root)
	if err == nil {
		err = draw(os.Stdout, t)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tracesvg:", err)
		os.Exit(1)
	}
}

// trace and the types below are Jaeger's JSON, as far as it is drawn. Times are
// microseconds.
type trace struct {
	TraceID string `json:"traceID"`
	Spans   []span `json:"spans"`
}

type span struct {
	SpanID     string `json:"spanID"`
	Name       string `json:"operationName"`
	Start      int64  `json:"startTime"`
	Duration   int64  `json:"duration"`
	References []struct {
		SpanID string `json:"spanID"`
	} `json:"references"`
	Tags []tag `json:"tags"`
	Logs []struct {
		Time   int64 `json:"timestamp"`
		Fields []tag `json:"fields"`
	} `json:"logs"`
}

type tag struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

func (s *span) parent() string {
	if len(s.References) == 0 {
		return ""
	}
	return s.References[0].SpanID
}

func value(tags []tag, key string) string {
	for _, t := range tags {
		if t.Key == key {
			return fmt.Sprint(t.Value)
		}
	}
	return ""
}

func fetch(jaeger, service, root string) (*trace, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	query := url.Values{"service": {service}, "operation": {root}, "limit": {"100"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, jaeger+"/api/traces?"+query.Encode(), http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var found struct {
		Data []trace `json:"data"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&found); err != nil {
		return nil, fmt.Errorf("the answer of %s is not what Jaeger returns: %w", jaeger, err)
	}
	var best *trace
	for i := range found.Data {
		if t := &found.Data[i]; best == nil || weight(t) > weight(best) {
			best = t
		}
	}
	if best == nil {
		return nil, fmt.Errorf("no trace of service %s that begins with %s", service, root)
	}
	return best, nil
}

// weight prefers traces that show much: spans first, events second, and of
// those answered calls.
func weight(t *trace) int {
	n := 0
	for i := range t.Spans {
		s := &t.Spans[i]
		n += 100
		switch {
		case s.parent() != "":
			n += 20 * min(len(s.Logs), 3)
		case value(s.Tags, "error") == "":
			n += 50
		}
	}
	return n
}
