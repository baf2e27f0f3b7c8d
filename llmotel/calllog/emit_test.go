package calllog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/providers"
)

func decode(t *testing.T, b []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return v
}

// awkward is a record whose strings a line would change.
func awkward() *llmotel.Record {
	r := plain()
	r.RequestModel, r.Provider, r.Attribution.User = "\xff", strings.Repeat("é", 2000), "\u2028\"\n"
	return r
}

// slog's JSON of a record is the line, and more of slog's own.
func TestSlogHasTheFieldsOfTheLine(t *testing.T) {
	for _, r := range []*llmotel.Record{full(), plain(), awkward(), {}} {
		var b bytes.Buffer
		s, err := calllog.NewSlog(slog.NewJSONHandler(&b, nil))
		if err != nil {
			t.Fatal(err)
		}
		s.Record(t.Context(), r)
		got := decode(t, b.Bytes())
		if got["msg"] != "LLM call" {
			t.Errorf("message %v", got["msg"])
		}
		for _, name := range []string{slog.TimeKey, slog.LevelKey, slog.MessageKey} {
			delete(got, name)
		}
		if want := decode(t, calllog.AppendLine(nil, r)); !reflect.DeepEqual(got, want) {
			t.Errorf("slog has\n%v\nthe line\n%v", got, want)
		}
	}
}

func TestLevelsSayHowACallWent(t *testing.T) {
	for name, c := range map[string]struct {
		record   llmotel.Record
		level    string
		severity log.Severity
	}{
		"answered":  {llmotel.Record{Attempts: 1, Visits: make([]llmotel.Visit, 1)}, "INFO", log.SeverityInfo},
		"cancelled": {llmotel.Record{ErrorKind: providers.KindCancelled}, "INFO", log.SeverityInfo},
		"abandoned": {llmotel.Record{Abandoned: true}, "INFO", log.SeverityInfo},
		"retried":   {llmotel.Record{Attempts: 2}, "WARN", log.SeverityWarn},
		"fallback":  {llmotel.Record{Visits: make([]llmotel.Visit, 2)}, "WARN", log.SeverityWarn},
		"skipped":   {llmotel.Record{Skips: make([]llmotel.Skip, 1)}, "WARN", log.SeverityWarn},
		"failed":    {llmotel.Record{ErrorKind: providers.KindTimeout}, "ERROR", log.SeverityError},
	} {
		var b bytes.Buffer
		s, err := calllog.NewSlog(slog.NewJSONHandler(&b, nil))
		if err != nil {
			t.Fatal(err)
		}
		s.Record(t.Context(), &c.record)
		if got := decode(t, b.Bytes())["level"]; got != c.level {
			t.Errorf("%s: level %v, want %s", name, got, c.level)
		}
		rec := oteltest.New()
		emitter(t, rec).Record(t.Context(), &c.record)
		if got := rec.Logs()[0]; got.Severity() != c.severity || got.SeverityText() != c.level {
			t.Errorf("%s: severity %v (%s), want %v", name, got.Severity(), got.SeverityText(), c.severity)
		}
	}
}

// handler fails, and is not enabled for everything.
type handler struct {
	slog.Handler
	level slog.Level
	err   error
}

func (h handler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }
func (h handler) Handle(context.Context, slog.Record) error    { return h.err }

func TestSlogCountsWhatTheHandlerDoesNotTake(t *testing.T) {
	var told []error
	s, err := calllog.NewSlog(handler{err: errAway}, calllog.WithOnError(func(err error) { told = append(told, err) }), nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Record(t.Context(), plain())
	s.Record(t.Context(), plain())
	s.Record(t.Context(), nil)
	if s.Dropped() != 2 || len(told) != 1 || !errors.Is(told[0], errAway) {
		t.Errorf("%d dropped, told %v", s.Dropped(), told)
	}
	quiet, err := calllog.NewSlog(handler{level: slog.LevelWarn, err: errAway})
	if err != nil {
		t.Fatal(err)
	}
	quiet.Record(t.Context(), plain())
	if quiet.Dropped() != 0 {
		t.Error("a record went to a handler that does not want it")
	}
	if _, err := calllog.NewSlog(nil); err == nil {
		t.Error("no error without a handler")
	}
}

func emitter(t *testing.T, rec *oteltest.Recorder, opts ...calllog.EmitOption) *calllog.Emitter {
	t.Helper()
	e, err := calllog.NewEmitter(rec.LoggerProvider, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEmitterHasTheFieldsOfTheLine(t *testing.T) {
	for _, r := range []*llmotel.Record{full(), plain(), awkward(), {}} {
		rec := oteltest.New()
		emitter(t, rec, nil).Record(t.Context(), r)
		got := rec.Logs()[0]
		if got.EventName() != "llmotel.call" || !got.Timestamp().Equal(r.Start.Add(r.Duration)) {
			t.Errorf("event %q at %v", got.EventName(), got.Timestamp())
		}
		if got.TraceID() != r.TraceID || got.SpanID() != r.SpanID || got.TraceFlags().IsSampled() != r.Sampled {
			t.Errorf("trace %v span %v flags %v, want those of the call", got.TraceID(), got.SpanID(), got.TraceFlags())
		}
		if body, want := plainValue(got.Body()), any(decode(t, calllog.AppendLine(nil, r))); !reflect.DeepEqual(body, want) {
			t.Errorf("the body has\n%v\nthe line\n%v", body, want)
		}
	}
	if _, err := calllog.NewEmitter(nil); err == nil {
		t.Error("no error without a LoggerProvider")
	}
}

// plainValue is v as encoding/json would have read it.
func plainValue(v attribute.Value) any {
	switch v.Type() {
	case attribute.MAP:
		m := make(map[string]any)
		for _, kv := range v.AsMap() {
			m[string(kv.Key)] = plainValue(kv.Value)
		}
		return m
	case attribute.SLICE:
		var list []any
		for _, e := range v.AsSlice() {
			list = append(list, plainValue(e))
		}
		return list
	case attribute.INT64:
		return float64(v.AsInt64())
	case attribute.EMPTY:
		return nil
	default:
		return v.AsInterface()
	}
}

// All sinks keep the same records, with the same weight.
func TestSinksSampleAlike(t *testing.T) {
	s := sampler(t, 0.25)
	var line, text bytes.Buffer
	log := calllog.New(&line, calllog.WithSampler(s))
	sl, err := calllog.NewSlog(slog.NewJSONHandler(&text, nil), calllog.WithSampler(s))
	if err != nil {
		t.Fatal(err)
	}
	rec := oteltest.New()
	otel := emitter(t, rec, calllog.WithSampler(s))
	for i := range 200 {
		r := plain()
		r.CallID = strings.Repeat("x", i)
		if i == 0 {
			r.CallID = "id"
		}
		for _, sink := range []llmotel.Sink{log, sl, otel} {
			sink.Record(t.Context(), r)
		}
	}
	kept := bytes.Count(line.Bytes(), []byte(`"weight":4,`))
	if kept < 25 || kept > 80 {
		t.Errorf("%d of 200 kept at a quarter", kept)
	}
	if n := bytes.Count(text.Bytes(), []byte(`"weight":4,`)); n != kept || len(rec.Logs()) != kept {
		t.Errorf("lines %d, slog %d, OpenTelemetry %d", kept, n, len(rec.Logs()))
	}
}
