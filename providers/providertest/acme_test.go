package providertest_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/llmotel/sdk/providers"
)

// acme is a small adapter for an invented service that speaks JSON lines: each
// line is a chunk, or {"Error": kind}. It shows what an adapter has to do.
type acme struct {
	url    string
	key    string
	client *http.Client
	// bug names a mistake to make; see TestFindsBugs.
	bug  string
	kept sync.Map // of the bug "shares answers"
}

var _ providers.Provider = (*acme)(nil)

func (a *acme) Name() string { return "acme" }

func (a *acme) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	r, err := providers.Collect(a.Stream(ctx, req))
	if err != nil {
		return nil, err
	}
	if a.bug == "usage differs" {
		r.Usage.Output++
	}
	if a.bug == "shares answers" {
		first, _ := a.kept.LoadOrStore("answer", r)
		r, _ = first.(*providers.Response)
	}
	return r, nil
}

func (a *acme) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	if a.bug == "eager" {
		if resp, err := a.send(ctx, req); err == nil {
			resp.Body.Close()
		}
	}
	return func(yield func(*providers.Chunk, error) bool) {
		if err := req.Validate(); err != nil && a.bug != "no validation" {
			yield(nil, err)
			return
		}
		if a.bug == "changes the request" && req != nil {
			req.MaxOutputTokens++
		}
		if a.bug == "ignores the context" {
			ctx = context.WithoutCancel(ctx)
		}
		resp, err := a.send(ctx, req)
		if err != nil {
			yield(nil, err)
			return
		}
		if a.bug != "never closes" {
			defer resp.Body.Close()
		}
		a.read(ctx, resp.Body, yield)
	}
}

func (a *acme) send(ctx context.Context, req *providers.Request) (*http.Response, error) {
	var body []byte
	if req != nil {
		body = []byte(req.Messages[0].Text())
	}
	hr, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url, bytes.NewReader(body))
	if err != nil {
		return nil, a.fail(ctx, providers.KindInvalidRequest, err)
	}
	hr.Header.Set("Authorization", "Bearer "+a.key)
	resp, err := a.client.Do(hr)
	if err != nil {
		return nil, a.fail(ctx, providers.KindNetwork, err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	kind, message, _ := strings.Cut(string(text), ":")
	e := a.fail(ctx, providers.Kind(kind), errors.New(message))
	e.StatusCode = resp.StatusCode
	e.RetryAfter = providers.ParseRetryAfter(resp.Header, time.Now())
	if a.bug == "prints the body" {
		e.Detail = message
	}
	return nil, e
}

func (a *acme) read(ctx context.Context, body io.Reader, yield func(*providers.Chunk, error) bool) {
	lines := bufio.NewScanner(body)
	for lines.Scan() {
		var line struct {
			providers.Chunk

			Error providers.Kind
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			yield(nil, a.fail(ctx, providers.KindMalformed, err))
			return
		}
		if line.Error != "" {
			yield(nil, a.fail(ctx, line.Error, nil))
			return
		}
		if !yield(&line.Chunk, nil) || line.Kind == providers.ChunkFinish {
			return
		}
	}
	if err := lines.Err(); err != nil {
		yield(nil, a.fail(ctx, providers.KindNetwork, err))
	} else if a.bug != "takes a cut for an end" {
		yield(nil, a.fail(ctx, providers.KindMalformed, io.ErrUnexpectedEOF))
	}
}

func (a *acme) fail(ctx context.Context, kind providers.Kind, err error) *providers.Error {
	if ctx.Err() != nil && a.bug != "hides cancellation" {
		kind, err = providers.KindCancelled, ctx.Err()
	}
	return &providers.Error{Provider: "acme", Kind: kind, Err: err}
}
