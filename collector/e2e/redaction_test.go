package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	otellog "go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// secrets are shapes that must not leave the collector, in a text or alone. None is a real one; they are put together
// here so that scanners of the repository find nothing.
var secrets = map[string]string{
	"openai key":             "sk-" + "proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1w",
	"openai key, old":        "sk-" + "a1B2c3D4e5F6g7H8i9J0T3BlbkFJk1L2m3N4o5P6q7R8s9T0",
	"anthropic key":          "sk-" + "ant-api03-Zx9cVb8nMa7sDf6gHj5kL_Qw-AA",
	"openrouter key":         "sk-" + "or-v1-0123456789abcdef0123456789abcdef",
	"google key":             "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
	"groq key":               "gsk_" + "a1B2c3D4e5F6g7H8i9J0k1L2",
	"xai key":                "xai-" + "a1B2c3D4e5F6g7H8i9J0k1L2",
	"perplexity key":         "pplx-" + "a1B2c3D4e5F6g7H8i9J0k1L2",
	"replicate key":          "r8_" + "a1B2c3D4e5F6g7H8i9J0k1L2",
	"fireworks key":          "fw_" + "a1B2c3D4e5F6g7H8i9J0k1L2",
	"stripe key":             "sk_" + "live_51a1B2c3D4e5F6g7H8",
	"stripe key, restricted": "rk_" + "test_51a1B2c3D4e5F6g7H8",
	"hf token":               "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ",
	"aws key id":             "AKIA" + "IOSFODNN7EXAMPLE",
	"github token, fine":     "github_" + "pat_11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789",
	"google oauth":           "ya29." + "a0AfH6SMBx-9_kLmNoPqRsTuVw",
	"github token":           "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345",
	"slack token":            "xoxb-" + "123456789012-abcdefGHIJKL",
	"jwt":                    "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
	"e-mail address":         "jane.doe+llm@mail.example.co.uk",
	"telephone":              "+49 170 1234 5678",
	"card":                   "4111 1111 1111 1111",
	"plain card":             "4242424242424242",
	"iban":                   "DE89 3704 0044 0532 0130 00",
	"ssn":                    "078-05-1120",
}

// sentences hold a secret that only their context gives away; the text around it may stay.
var sentences = map[string][2]string{
	"bearer":           {"Authorization: Bearer qwertyuiopasdfgh", "qwertyuiopasdfgh"},
	"header":           {`"x-api-key": "plainlookingvalue"`, "plainlookingvalue"},
	"json":             {`{"password":"correcthorse"}`, "correcthorse"},
	"escaped json":     {`{\"api_key\":\"batterystaple\"}`, "batterystaple"},
	"url query":        {"https://host.example/v1/models?key=queryvalue123&alt=sse", "queryvalue123"},
	"url password":     {"postgres://app:hunter2hunter2@db/calls", "hunter2hunter2"},
	"private key":      {"-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7\n-----END RSA PRIVATE KEY-----", "MIIEowIBAAKCAQEA7"},
	"azure subscr.key": {"api-key=0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"},
}

// secretKeys are attributes that are masked whatever they hold.
var secretKeys = []string{
	"http.request.header.authorization", "http.request.header.x-api-key", "http.request.header.cookie",
	"http.response.header.set-cookie", "openai.api_key", "db.password", "aws.secret_access_key", "oauth.refresh_token",
	"client.address", "user.email",
}

// grokSpan is the name of a span that holds nothing but the name of a model.
const grokSpan = "chat xai-grok-4-fast-non-reasoning"

// harmless are attributes that must arrive exactly as they were sent.
var harmless = []attribute.KeyValue{
	attribute.String("gen_ai.operation.name", "chat"),
	attribute.String("gen_ai.provider.name", "anthropic"),
	attribute.String("gen_ai.request.model", "claude-3-5-sonnet@20240620"),
	attribute.String("gen_ai.response.model", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
	attribute.String("gen_ai.response.id", "chatcmpl-Bx4UFk4Hdy9aXcYqGZ1mPqJ5T0123"),
	attribute.String("test.name.xai", "xai-grok-4-fast-reasoning"),
	attribute.String("test.name.span", grokSpan),
	attribute.String("test.name.hf", "hf_meta-llama-3-70b-instruct"),
	attribute.String("test.name.pplx", "pplx-sonar-reasoning-pro-online"),
	attribute.String("test.name.r8", "r8_meta-llama-3-70b-instruct"),
	attribute.String("test.name.fw", "fw_accounts-fireworks-models-qwen3"),
	attribute.String("test.name.prompt", "sk_translation_prompt_v3"),
	attribute.String("test.name.rk", "rk_retrieval_reranker_v2"),
	attribute.String("test.id.responses", "resp_68af4030592c81938ec0a5fbab4a3e9f05438e46b5f69a3b"),
	attribute.String("test.id.messages", "msg_01XFDUDYJgAACzvnptvVoYEL"),
	attribute.String("test.id.request", "req_011CSHoEeqs5C35K2UUqR7Fy"),
	attribute.String("test.id.generation", "gen-1757100000-AbCdEfGhIjKlMnOpQrSt"),
	attribute.String("test.id.tool", "toolu_01A09q90qw90lq917835lq9"),
	attribute.String("test.id.call", "call_abc123DEF456ghi789JKL012"),
	attribute.String("test.id.trace", "4bf92f3577b34da6a3ce929d0e0e4736"),
	attribute.String("test.id.uuid", "123e4567-e89b-12d3-a456-426614174000"),
	attribute.String("test.id.ulid", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
	attribute.String("test.id.digits", "4b5555555555554444aa"),
	attribute.String("test.fingerprint", "fp_44709d6fcb"),
	attribute.String("test.time", "2026-11-23T22:45:28.123456789+01:00"),
	attribute.String("test.message", "rate limited: 3 of 5 attempts, next in 1.5s"),
	attribute.String("server.address", "192.168.178.20"),
	attribute.String("user.id", "user-4242"),
	attribute.String("llmotel.feature.name", "task-summary"),
	attribute.String("gen_ai.token.type", "input"),
	attribute.StringSlice("gen_ai.response.finish_reasons", []string{"stop"}),
	attribute.Int("gen_ai.usage.input_tokens", 123456),
	attribute.Int("gen_ai.usage.output_tokens", 4111),
	attribute.Int("gen_ai.usage.cache_read.input_tokens", 0),
	attribute.Int64("test.nanoseconds", 1795466728123456789),
	attribute.Float64("llmotel.cost.amount", 0.4111111111111111),
	attribute.Float64("test.tiny.cost", 4.242424242424242e-7),
	attribute.Bool("llmotel.cost.unpriced", true),
}

// carried are attributes whose names the collector must not use for its own ends: programs may send them.
var carried = []attribute.KeyValue{
	attribute.String("span.name", "a span name of the program"),
	attribute.String("status.message", "a status message of the program"),
	attribute.String("event.name", "an event name of the program"),
}

// testRedaction plants secrets wherever telemetry has room for them and looks for them wherever it ends.
func testRedaction(t *testing.T, s *stack) {
	// Everything that must be found nowhere.
	var planted []string
	var texts []attribute.KeyValue
	plant := func(key, text, secret string) {
		planted = append(planted, secret)
		texts = append(texts, attribute.String(key, text))
	}
	for name, secret := range secrets {
		plant("planted."+name, secret, secret)
		plant("planted.text."+name, "it says "+secret+", and goes on", secret)
	}
	for name, sentence := range sentences {
		plant("planted.sentence."+name, sentence[0], sentence[1])
	}
	for i, key := range secretKeys {
		secret := fmt.Sprintf("ordinary-value-%d", i)
		plant(key, secret, secret)
	}
	structured := attribute.Map("planted.structured", attribute.String("inner", "mail to "+secrets["e-mail address"]))
	secret := func(place string) string { // One of its own for each place, so that a failure names the place.
		value := "sk-" + "place" + strings.Repeat("0", 12) + strings.ReplaceAll(place, " ", "")
		planted = append(planted, value)
		return value
	}

	e := newEmitter(t, "llmotel-e2e-redaction", attribute.String("planted.resource", secret("resource")))
	tracer := e.traces.Tracer("llmotel-e2e", oteltrace.WithInstrumentationAttributes(attribute.String("planted.scope", secret("scope"))))
	// Without an event: the collector must not depend on one to see a span.
	ctx, parent := tracer.Start(t.Context(), "llm.call "+secret("name without event"), oteltrace.WithAttributes(carried...))
	parent.SetStatus(codes.Error, "402 for "+secret("status without event"))
	_, plain := tracer.Start(ctx, grokSpan, oteltrace.WithAttributes(carried...),
		oteltrace.WithAttributes(attribute.String("llmotel.redact.status_message", "a carrier of the collector's")))
	plain.SetStatus(codes.Error, "")
	ctx, child := tracer.Start(ctx, "chat "+secret("span name"), oteltrace.WithSpanKind(oteltrace.SpanKindClient),
		oteltrace.WithAttributes(append(slices.Clone(texts), structured)...), oteltrace.WithAttributes(harmless...), oteltrace.WithAttributes(carried...))
	child.AddEvent("event "+secret("event name"), oteltrace.WithAttributes(attribute.String("planted", secret("event attribute"))), oteltrace.WithAttributes(carried...))
	child.SetStatus(codes.Error, "401 for "+secret("status message"))

	meter := e.metrics.Meter("llmotel-e2e")
	counter, err := meter.Int64Counter("llmotel.e2e.redaction", metric.WithUnit("{call}"))
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(ctx, 7, metric.WithAttributes(append(slices.Clone(texts), harmless...)...),
		metric.WithAttributes(attribute.String("planted", secret("metric attribute"))))

	logger := e.logs.Logger("llmotel-e2e")
	var record otellog.Record
	record.SetTimestamp(time.Now())
	record.SetSeverity(otellog.SeverityInfo)
	record.SetBody(attribute.MapValue(
		attribute.String("event", "llm.call"),
		attribute.String("note", "key "+secret("log body")),
		attribute.Map("nested", attribute.String("deep", secret("nested log body")), attribute.String("password", "ordinary-value-in-body")),
		attribute.Int("input_tokens", 123456),
		attribute.Float64("cost", 0.4111111111111111),
	))
	planted = append(planted, "ordinary-value-in-body")
	record.SetEventName("event " + secret("log event name"))
	record.AddAttributes(carried...)
	record.AddAttributes(attribute.String("planted", secret("log attribute")), attribute.String("gen_ai.response.id", "chatcmpl-Bx4UFk4Hdy9aXcYqGZ1mPqJ5T0123"))
	logger.Emit(ctx, record)
	record.SetBody(attribute.StringValue("plain text with " + secret("plain log body")))
	logger.Emit(ctx, record)

	child.End()
	plain.End()
	parent.End()
	e.flush(t)
	traceID := child.SpanContext().TraceID().String()

	var sent trace
	var jaegerBody string
	eventually(t, 20*time.Second, "the trace is in Jaeger", func() error {
		var err error
		sent, jaegerBody, err = jaegerTrace(t, traceID)
		if err == nil && len(sent.Spans) != 3 {
			err = fmt.Errorf("%d spans, want 3", len(sent.Spans))
		}
		return err
	})
	var series []byte
	eventually(t, 20*time.Second, "the metric is in Prometheus", func() error {
		value, err := promValue(t, `llmotel_e2e_redaction_total`)
		if err == nil && value != 7 {
			err = fmt.Errorf("its value is %v, want 7", value)
		}
		if err == nil {
			series, err = get(t.Context(), prometheusURL+"/api/v1/series?"+url.Values{"match[]": {`{job="llmotel-e2e-redaction"}`}}.Encode())
		}
		return err
	})
	var logs string
	eventually(t, 20*time.Second, "the log records are in the file", func() error {
		content, err := os.ReadFile(s.logFile())
		logs = string(content)
		if err == nil && strings.Count(logs, `"traceId":"`+traceID+`"`) < 2 {
			err = fmt.Errorf("no two records of trace %s in %d bytes", traceID, len(logs))
		}
		return err
	})

	t.Run("secrets are nowhere", func(t *testing.T) {
		places := map[string]string{"Jaeger": jaegerBody, "Prometheus": string(series), "the log file": logs}
		maps.Copy(places, files(t, s.dir))
		for place, content := range places {
			for _, secret := range planted {
				quoted, err := json.Marshal(secret)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(content, secret) || strings.Contains(content, strings.Trim(string(quoted), `"`)) {
					t.Errorf("%q is in %s", secret, place)
				}
			}
		}
	})

	t.Run("the rest is untouched", func(t *testing.T) {
		var names []string
		for _, s := range sent.Spans {
			names = append(names, s.Name)
		}
		slices.Sort(names)
		if want := []string{"chat ****", grokSpan, "llm.call ****"}; !slices.Equal(names, want) {
			t.Errorf("the spans' names became %q, want %q", names, want)
		}
		for _, s := range sent.Spans {
			for _, want := range carried {
				if got := s.text(string(want.Key)); got != want.Value.AsString() {
					t.Errorf("%s: the program's own %s arrived as %q", s.Name, want.Key, got)
				}
				for _, event := range s.Logs {
					if got := lookUp(event.Fields, string(want.Key)); got != want.Value.AsString() {
						t.Errorf("%s: an event's own %s arrived as %v", s.Name, want.Key, got)
					}
				}
			}
			switch s.Name {
			case "llm.call ****":
				if got := s.text("otel.status_description"); got != "402 for ****" {
					t.Errorf("the status message of the span without events is %q", got)
				}
				continue
			case grokSpan:
				if got := s.attribute("otel.status_description"); got != nil && got != "" {
					t.Errorf("a span without a status message got %v", got)
				}
				continue
			case "chat ****":
			default: // Named above.
				continue
			}
			for _, want := range harmless {
				if got := s.attribute(string(want.Key)); fmt.Sprint(got) != jaegerText(want) {
					t.Errorf("%s arrived as %v, sent as %s", want.Key, got, jaegerText(want))
				}
			}
			for key, want := range map[string]string{
				"planted.text.openai key": "it says ****, and goes on", "otel.status_description": "401 for ****",
				"otel.status_code": "ERROR", "span.kind": "client",
			} {
				if got := s.text(key); got != want {
					t.Errorf("%s is %q, want %q", key, got, want)
				}
			}
			if got := s.events(); !slices.Equal(got, []string{"event ****"}) {
				t.Errorf("the child's events are %q", got)
			}
			if masked := s.text("redaction.masked.keys"); !strings.Contains(masked, "http.request.header.authorization") {
				t.Errorf("redaction.masked.keys does not name what was masked: %q", masked)
			}
		}
		for _, want := range []string{
			`{"key":"input_tokens","value":{"intValue":"123456"}}`, `{"key":"cost","value":{"doubleValue":0.4111111111111111}}`,
			`{"key":"span.name","value":{"stringValue":"a span name of the program"}}`,
			`{"key":"status.message","value":{"stringValue":"a status message of the program"}}`,
			`{"key":"event.name","value":{"stringValue":"an event name of the program"}}`,
			`"chatcmpl-Bx4UFk4Hdy9aXcYqGZ1mPqJ5T0123"`, `"plain text with ****"`, `"eventName":"event ****"`,
		} {
			if !strings.Contains(logs, want) {
				t.Errorf("the log file has no %s:\n%s", want, logs)
			}
		}
		// A masked label would make one series of several targets.
		for _, want := range harmless {
			if want.Value.Type() == attribute.STRING && !strings.Contains(string(series), strconv.Quote(want.Value.AsString())) {
				t.Errorf("no series has a label with %s = %q", want.Key, want.Value.AsString())
			}
		}
		for place, content := range map[string]string{"Jaeger": jaegerBody, "the log file": logs} {
			if strings.Contains(content, `"key":"llmotel.redact.`) {
				t.Errorf("a key that exists inside the collector alone came out in %s", place)
			}
		}
		if strings.Contains(string(series), "redaction_masked") {
			t.Errorf("redaction added labels to the series: %s", series)
		}
	})
}

// jaegerText is how an attribute reads in Jaeger's answer.
func jaegerText(kv attribute.KeyValue) string {
	switch kv.Value.Type() {
	case attribute.FLOAT64, attribute.STRINGSLICE:
		text, _ := json.Marshal(kv.Value.AsInterface())
		return string(text)
	default:
		return fmt.Sprint(kv.Value.AsInterface())
	}
}

// files is all that a pipeline wrote below its directory, by path.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := written(path)
		if errors.Is(err, fs.ErrNotExist) { // A database tidied up meanwhile.
			return nil
		}
		found[path] = content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// written is what a file holds without its holes: databases reserve gigabytes that they have not written.
func written(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	const seekData, seekHole = 3, 4 // lseek(2)
	var content strings.Builder
	for end := int64(0); ; {
		begin, err := f.Seek(end, seekData)
		if errors.Is(err, syscall.ENXIO) { // Only a hole is left.
			return content.String(), nil
		}
		if err != nil {
			return "", err
		}
		if end, err = f.Seek(begin, seekHole); err != nil {
			return "", err
		}
		if _, err := io.Copy(&content, io.NewSectionReader(f, begin, end-begin)); err != nil {
			return "", err
		}
	}
}
