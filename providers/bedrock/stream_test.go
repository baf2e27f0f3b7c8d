package bedrock_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/providertest"
)

var (
	start    = event("messageStart", `{"role":"assistant"}`)
	hi       = event("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"Hi"}}`)
	end      = event("contentBlockStop", `{"contentBlockIndex":0}`)
	stop     = event("messageStop", `{"stopReason":"end_turn"}`)
	metadata = event("metadata", `{"usage":{"inputTokens":4,"outputTokens":9,"totalTokens":19,"cacheReadInputTokens":6}}`)
)

func exception(name string) frame {
	return frame{"exception", name, `{"message":"` + providertest.Prompt + `"}`}
}

func TestStreamEnds(t *testing.T) {
	reported := providers.Usage{
		Completeness: providers.UsageReported, Reported: providers.ClassInput | providers.ClassOutput | providers.ClassCacheRead,
		Input: 10, CacheRead: 6, Output: 9,
	}
	cases := map[string]struct {
		frames []frame
		kind   providers.Kind
		code   string
		finish providers.FinishReason
		usage  providers.Usage
	}{
		"whole":               {[]frame{start, hi, end, stop, metadata}, "", "", "stop", reported},
		"started twice":       {[]frame{start, start, hi, end, stop, metadata}, "", "", "stop", reported},
		"metadata first":      {[]frame{start, hi, end, metadata, stop}, "", "", "stop", reported},
		"without metadata":    {[]frame{start, hi, end, stop}, "", "", "stop", providers.Usage{}},
		"without usage":       {[]frame{start, hi, end, stop, event("metadata", `{}`)}, "", "", "stop", providers.Usage{}},
		"no stop reason":      {[]frame{start, hi, end, event("messageStop", `{}`), metadata}, "", "", "error", reported},
		"broken after it all": {[]frame{start, hi, end, stop, metadata, exception("internalServerException")}, "", "", "stop", reported},
		"no messageStop":      {[]frame{start, hi, end}, providers.KindMalformed, "", "", providers.Usage{}},
		"metadata alone":      {[]frame{start, hi, end, metadata}, providers.KindMalformed, "", "", providers.Usage{}},
		"nothing":             {nil, providers.KindMalformed, "", "", providers.Usage{}},
		"no start":            {[]frame{hi, end, stop, metadata}, providers.KindMalformed, "", "", providers.Usage{}},
		"not json":            {[]frame{start, event("contentBlockDelta", `{"contentBlockIndex":0,"delta":{`)}, providers.KindMalformed, "", "", providers.Usage{}},
		"unknown message":     {[]frame{start, {"novel", "x", "{}"}}, providers.KindMalformed, "", "", providers.Usage{}},
		"throttled":           {[]frame{start, hi, exception("throttlingException")}, providers.KindRateLimited, "ThrottlingException", "", providers.Usage{}},
		"unavailable":         {[]frame{start, hi, exception("serviceUnavailableException")}, providers.KindOverloaded, "ServiceUnavailableException", "", providers.Usage{}},
		"model broke":         {[]frame{start, hi, exception("modelStreamErrorException")}, providers.KindServerError, "ModelStreamErrorException", "", providers.Usage{}},
		"invalid":             {[]frame{exception("validationException")}, providers.KindInvalidRequest, "ValidationException", "", providers.Usage{}},
		"not in the union":    {[]frame{start, exception("modelTimeoutException")}, providers.KindTimeout, "modelTimeoutException", "", providers.Usage{}},
		"novel exception":     {[]frame{start, exception("novelException")}, providers.KindUnknown, "novelException", "", providers.Usage{}},
		"before metadata":     {[]frame{start, hi, end, stop, exception("internalServerException")}, providers.KindServerError, "InternalServerException", "", providers.Usage{}},
		"error":               {[]frame{start, {"error", "InternalFailure", providertest.Prompt}}, providers.KindServerError, "InternalFailure", "", providers.Usage{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := providers.Collect(replay(t, frames(c.frames...)).Stream(t.Context(), hello()))
			if providers.KindOf(err) != c.kind {
				t.Fatalf("got %v, want kind %q", err, c.kind)
			}
			if err != nil {
				var e *providers.Error
				if !errors.As(err, &e) || e.Code != c.code || e.RequestID != "req_7" || e.StatusCode != http.StatusOK || e.Usage != c.usage {
					t.Errorf("got %+v", e)
				}
				return
			}
			if r.FinishReason() != c.finish || r.Text() != "Hi" {
				t.Errorf("finish %q, text %q", r.FinishReason(), r.Text())
			}
			if d := cmp.Diff(c.usage, r.Usage); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestStreamThatBreaks(t *testing.T) {
	cases := map[string]struct {
		serve http.HandlerFunc
		kind  providers.Kind
	}{
		"cut between frames": {func(w http.ResponseWriter, r *http.Request) {
			frames(start, hi)(w, r)
			providertest.Cut(w)
		}, providers.KindNetwork},
		"cut in a frame": {func(w http.ResponseWriter, r *http.Request) {
			frames(start, hi)(w, r)
			_, _ = w.Write([]byte{0, 0, 0, 200, 0, 0})
			providertest.Cut(w)
		}, providers.KindNetwork},
		"ended in a frame": {func(w http.ResponseWriter, r *http.Request) {
			frames(start, hi)(w, r)
			_, _ = w.Write([]byte{0, 0, 0, 200, 0, 0})
		}, providers.KindMalformed},
		"wrong checksum": {func(w http.ResponseWriter, r *http.Request) {
			frames(start, hi)(w, r)
			_, _ = w.Write([]byte{0, 0, 0, 200, 0, 0, 0, 10, 1, 2, 3, 4, 5, 6})
		}, providers.KindMalformed},
		"a page": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<html>" + providertest.Prompt))
		}, providers.KindMalformed},
		"a short page": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<p>")) }, providers.KindMalformed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := providers.Collect(replay(t, c.serve).Stream(t.Context(), hello()))
			if providers.KindOf(err) != c.kind {
				t.Errorf("got %v, want %q", err, c.kind)
			}
		})
	}
}
