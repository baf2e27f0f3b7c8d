package calllog

import (
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
)

// slogTree makes slog attributes. slog knows no lists: those are []string and
// []map[string]any.
type slogTree struct{}

func (slogTree) text(name, s string) slog.Attr               { return slog.String(name, s) }
func (slogTree) bool(name string, v bool) slog.Attr          { return slog.Bool(name, v) }
func (slogTree) null(name string) slog.Attr                  { return slog.Any(name, nil) }
func (slogTree) int(name string, n int64) slog.Attr          { return slog.Int64(name, n) }
func (slogTree) float(name string, f float64) slog.Attr      { return slog.Float64(name, f) }
func (slogTree) time(name string, t time.Time) slog.Attr     { return slog.Time(name, t) }
func (slogTree) object(name string, m []slog.Attr) slog.Attr { return slog.GroupAttrs(name, m...) }

func (slogTree) list(name string, elements [][]slog.Attr, texts []string) slog.Attr {
	if elements == nil {
		return slog.Any(name, texts)
	}
	maps := make([]map[string]any, len(elements))
	for i, members := range elements {
		maps[i] = make(map[string]any, len(members))
		for _, a := range members {
			maps[i][a.Key] = a.Value.Any()
		}
	}
	return slog.Any(name, maps)
}

// otelTree makes OpenTelemetry values. Times are RFC 3339, as in a line: there
// is no kind for them.
type otelTree struct{}

func (otelTree) text(name, s string) attribute.KeyValue      { return attribute.String(name, s) }
func (otelTree) bool(name string, v bool) attribute.KeyValue { return attribute.Bool(name, v) }
func (otelTree) null(name string) attribute.KeyValue {
	return attribute.KeyValue{Key: attribute.Key(name)}
}
func (otelTree) int(name string, n int64) attribute.KeyValue     { return attribute.Int64(name, n) }
func (otelTree) float(name string, f float64) attribute.KeyValue { return attribute.Float64(name, f) }

func (otelTree) time(name string, t time.Time) attribute.KeyValue {
	return attribute.String(name, t.Format(time.RFC3339Nano))
}

func (otelTree) object(name string, members []attribute.KeyValue) attribute.KeyValue {
	return attribute.Map(name, members...)
}

func (otelTree) list(name string, elements [][]attribute.KeyValue, texts []string) attribute.KeyValue {
	values := make([]attribute.Value, 0, len(elements)+len(texts))
	for _, members := range elements {
		values = append(values, attribute.MapValue(members...))
	}
	for _, s := range texts {
		values = append(values, attribute.StringValue(s))
	}
	return attribute.Slice(name, values...)
}
