package debugui_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/debugui"
)

// What the page costs a call.
func BenchmarkRecord(b *testing.B) {
	for name, change := range map[string]func(*llmotel.Record){"plain": func(*llmotel.Record) {}, "fallback": failedOver} {
		p, r, ctx := newPage(b, debugui.WithRecords(10_000)), newRecord(1), context.Background()
		change(r)
		b.Run(name+"/1", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Record(ctx, r)
			}
		})
		b.Run(name+"/64", func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(64)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					p.Record(ctx, r)
				}
			})
		})
	}
}

// What a look costs, with 10,000 calls kept.
func BenchmarkPage(b *testing.B) {
	p := newPage(b, debugui.WithRecords(10_000))
	for i := range 10_000 {
		p.record(nil)
		if i%5 == 0 {
			p.record(failedOver)
		}
	}
	for name, at := range map[string]string{"overview": "", "calls": "calls", "filtered": "calls?outcome=failed", "breakers": "breakers", "experiments": "experiments", "call": "call?id=call-11000"} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/debug/llm/"+at, http.NoBody)
			r.Host = "localhost"
			r.Header.Set("Accept-Encoding", "gzip")
			b.ReportAllocs()
			for b.Loop() {
				p.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
