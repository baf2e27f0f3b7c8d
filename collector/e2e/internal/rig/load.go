package rig

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
)

// Load is a known list of traces: agents that make calls, each call an llm.call with one inference span below it, with the
// attributes that llmotel gives them. It sends as the SDK does: batches of 512 spans that mix the traces of the moment.
type Load struct {
	Service  string
	Seed     uint64
	Traces   int
	Spans    int      // a trace, odd: a root and pairs of llm.call and chat
	Rate     int      // spans a second over all endpoints; 0: as fast as it is taken
	To       []string // OTLP over gRPC; the batches go to them in turn
	Senders  int      // batches under way at a time; 0: 4
	Patience time.Duration
}

// Report is how sending went, as the sender saw it.
type Report struct {
	Acknowledged int64         // spans
	GivenUp      int64         // spans of batches that were not taken within Patience
	Refused      int64         // answers other than success, each tried again
	Elapsed      time.Duration // from the first batch to the last answer
}

// batchSpans is the SDK's default batch.
const batchSpans = 512

// TraceID is the id of the i-th trace.
func (l *Load) TraceID(i int) [16]byte {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], mix(l.Seed))
	binary.BigEndian.PutUint64(id[8:], mix(l.Seed+uint64(i)+1)) //nolint:gosec // A number from 0 on.
	return id
}

// SpanID is the id of the k-th span of the i-th trace.
func (l *Load) SpanID(i, k int) [8]byte {
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], mix(l.Seed^uint64(i)<<20^uint64(k)<<56)|1) //nolint:gosec // Numbers from 0 on.
	return id
}

// Parent is the number of the k-th span's parent; false for the root.
func (l *Load) Parent(k int) (int, bool) {
	switch {
	case k == 0:
		return 0, false
	case k%2 == 1:
		return 0, true
	default:
		return k - 1, true
	}
}

// mix is SplitMix64's finalizer: a one-to-one mapping that looks random.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Send sends all of it and returns when the last batch was acknowledged or given up. progress, if not nil, is told how many
// spans were acknowledged so far.
func (l *Load) Send(ctx context.Context, progress *atomic.Int64) (Report, error) {
	var clients []coltrace.TraceServiceClient
	var conns []*grpc.ClientConn
	defer func() {
		for _, conn := range conns {
			_ = conn.Close()
		}
	}()
	for _, endpoint := range l.To {
		conn, err := grpc.NewClient(endpoint, grpc.WithTransportCredentials(insecure.NewCredentials()),
			// The default waits up to two minutes before it connects again; the SDK's exporters set it no lower, but a test
			// that kills a collector is about the collector.
			grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, MaxDelay: 2 * time.Second}}))
		if err != nil {
			return Report{}, err
		}
		conns = append(conns, conn)
		clients = append(clients, coltrace.NewTraceServiceClient(conn))
	}
	if progress == nil {
		progress = new(atomic.Int64)
	}
	senders := l.Senders
	if senders == 0 {
		senders = 4
	}
	var givenUp, refused atomic.Int64
	var group sync.WaitGroup
	batches := make(chan []ref, 2*senders)
	began := time.Now()
	var next atomic.Int64
	for range senders {
		group.Go(func() {
			for batch := range batches {
				request := l.request(batch)
				client := clients[int(next.Add(1))%len(clients)]
				if l.export(ctx, client, request, &refused) {
					progress.Add(int64(len(batch)))
				} else {
					givenUp.Add(int64(len(batch)))
				}
			}
		})
	}
	l.fill(ctx, batches, began)
	close(batches)
	group.Wait()
	return Report{Acknowledged: progress.Load(), GivenUp: givenUp.Load(), Refused: refused.Load(), Elapsed: time.Since(began)}, ctx.Err()
}

// ref is the k-th span of the i-th trace.
type ref struct{ i, k int }

// fill writes the batches, at the rate. Traces run eight at a time, so that every batch has parts of several.
func (l *Load) fill(ctx context.Context, batches chan<- []ref, began time.Time) {
	const together = 8
	batch := make([]ref, 0, batchSpans)
	sent := 0
	flush := func() bool {
		if len(batch) == 0 {
			return true
		}
		if l.Rate > 0 {
			due := began.Add(time.Duration(float64(sent) / float64(l.Rate) * float64(time.Second)))
			select {
			case <-time.After(time.Until(due)):
			case <-ctx.Done():
				return false
			}
		}
		sent += len(batch)
		select {
		case batches <- batch:
		case <-ctx.Done():
			return false
		}
		batch = make([]ref, 0, batchSpans)
		return true
	}
	for first := 0; first < l.Traces; first += together {
		for k := l.Spans - 1; k >= 0; k-- { // A child ends, and is sent, before its parent.
			for i := first; i < min(first+together, l.Traces); i++ {
				batch = append(batch, ref{i, k})
				if len(batch) == batchSpans && !flush() {
					return
				}
			}
		}
	}
	flush()
}

// export sends one batch until it is taken, as the SDK's exporter does, which tries again for a minute.
func (l *Load) export(ctx context.Context, client coltrace.TraceServiceClient, request *coltrace.ExportTraceServiceRequest, refused *atomic.Int64) bool {
	patience := l.Patience
	if patience == 0 {
		patience = time.Minute
	}
	for deadline := time.Now().Add(patience); ; {
		attempt, cancel := context.WithTimeout(ctx, 10*time.Second)
		answer, err := client.Export(attempt, request)
		cancel()
		if err == nil && answer.GetPartialSuccess().GetRejectedSpans() == 0 {
			return true
		}
		refused.Add(1)
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return false
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}

func (l *Load) request(batch []ref) *coltrace.ExportTraceServiceRequest {
	spans := make([]*trace.Span, len(batch))
	now := time.Now()
	for n, r := range batch {
		spans[n] = l.span(r.i, r.k, now)
	}
	return &coltrace.ExportTraceServiceRequest{ResourceSpans: []*trace.ResourceSpans{{
		Resource: &resource.Resource{Attributes: []*common.KeyValue{
			text("service.name", l.Service), text("service.instance.id", "rig"), text("telemetry.sdk.language", "go"), text("host.name", "rig"),
		}},
		ScopeSpans: []*trace.ScopeSpans{{
			Scope: &common.InstrumentationScope{Name: "github.com/llmotel/sdk/llmotel", Version: "0.0.0"},
			Spans: spans,
		}},
	}}}
}

func (l *Load) span(i, k int, end time.Time) *trace.Span {
	traceID, spanID := l.TraceID(i), l.SpanID(i, k)
	s := &trace.Span{
		TraceId: traceID[:], SpanId: spanID[:], EndTimeUnixNano: uint64(end.UnixNano()),
		StartTimeUnixNano: uint64(end.Add(-time.Duration(900+k) * time.Millisecond).UnixNano()),
	}
	if parent, has := l.Parent(k); has {
		id := l.SpanID(i, parent)
		s.ParentSpanId = id[:]
	}
	switch {
	case k == 0:
		s.Name, s.Kind = "invoke_agent rig", trace.Span_SPAN_KIND_INTERNAL
		s.Attributes = []*common.KeyValue{text("gen_ai.operation.name", "invoke_agent"), text("gen_ai.agent.name", "rig")}
	case k%2 == 1:
		s.Name, s.Kind = "llm.call", trace.Span_SPAN_KIND_INTERNAL
		s.Attributes = []*common.KeyValue{text("llmotel.target", "openai"), number("llmotel.targets.visited", 1), number("llmotel.attempts", 1)}
	default:
		s.Name, s.Kind = "chat gpt-5.2", trace.Span_SPAN_KIND_CLIENT
		s.Attributes = []*common.KeyValue{
			text("gen_ai.operation.name", "chat"), text("gen_ai.provider.name", "openai"), text("gen_ai.request.model", "gpt-5.2"),
			text("gen_ai.response.model", "gpt-5.2-2026-05-01"), text("gen_ai.response.id", fmt.Sprintf("chatcmpl-%x", spanID)),
			text("llmotel.target", "openai"), text("llmotel.feature.name", "task-summary"), text("llmotel.usage.completeness", "reported"),
			text("llmotel.breaker.state", "closed"), text("server.address", "api.openai.com"), number("server.port", 443),
			number("gen_ai.usage.input_tokens", 412), number("gen_ai.usage.output_tokens", 118),
			{Key: "llmotel.cost.amount", Value: &common.AnyValue{Value: &common.AnyValue_DoubleValue{DoubleValue: 0.003006}}},
		}
	}
	return s
}

func text(key, value string) *common.KeyValue {
	return &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: value}}}
}

func number(key string, value int64) *common.KeyValue {
	return &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: value}}}
}
