package benchmarks

import (
	"context"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/llmotel/sdk/llmotel"
)

// FirstChunksAlone returns the times until each caller has handed on the first
// chunk of a stream, without OpenAI's SDK around it: the medians of so many
// streams, one of each caller in turn, so that what disturbs one disturbs all.
// Callers that are not HTTP have none.
func FirstChunksAlone(streams int, callers ...Caller) ([]time.Duration, error) {
	times := make([][]time.Duration, len(callers))
	buf := make([]byte, 4<<10)
	for range streams {
		for i, c := range callers {
			if c.Do == nil {
				continue
			}
			req, err := streamRequest(context.Background(), sentStream)
			if err != nil {
				return nil, err
			}
			begun := time.Now()
			resp, err := c.Do(req)
			if err != nil {
				return nil, err
			}
			_, err = resp.Body.Read(buf)
			times[i] = append(times[i], time.Since(begun))
			if closing := resp.Body.Close(); err == nil {
				err = closing
			}
			if err != nil {
				return nil, err
			}
		}
	}
	out := make([]time.Duration, len(callers))
	for i, list := range times {
		slices.Sort(list)
		if len(list) > 0 {
			out[i] = list[len(list)/2]
		}
	}
	return out, nil
}

func streamRequest(ctx context.Context, body string) (*http.Request, error) {
	return http.NewRequestWithContext(ctx, http.MethodPost, "https://api.openai.com/v1/chat/completions", strings.NewReader(body))
}

// OpenStream says what is kept open to see what it holds.
type OpenStream struct {
	Format Format
	// After is how many bytes of the answer have been read.
	After int
	// Cancellable gives it a context that can be cancelled; Watched has that watched,
	// as net/http's transport does for HTTP/1.1.
	Cancellable, Watched bool
	// Once makes its request one that cannot be had again, as those of AWS's SDK.
	Once bool
	// Attribution is in its context, where it is the caller's.
	Attribution llmotel.Attribution
}

// RetainedAlone returns what each open stream holds in memory, without a vendor's
// SDK around it.
func RetainedAlone(do func(*http.Request) (*http.Response, error), o OpenStream) (float64, error) {
	const streams = 256 // what the runtime itself keeps is divided by them
	open := make([]*http.Response, 0, streams+1)
	cancels := make([]context.CancelFunc, 0, streams+1)
	defer func() {
		for _, resp := range open {
			_ = resp.Body.Close()
		}
		for _, cancel := range cancels {
			cancel()
		}
	}()
	buf := make([]byte, 4<<10)
	start := func() error {
		ctx := llmotel.WithAttribution(context.Background(), o.Attribution)
		if o.Cancellable {
			watched, cancel := context.WithCancel(ctx)
			cancels = append(cancels, cancel)
			if o.Watched {
				context.AfterFunc(watched, func() {})
			}
			ctx = watched
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.Format.URL, strings.NewReader(o.Format.Request))
		if err != nil {
			return err
		}
		if o.Once {
			req.GetBody = nil
		}
		resp, err := do(req) //nolint:bodyclose // it is kept open
		if err != nil {
			return err
		}
		open = append(open, resp) //nolint:bodyclose // until all are measured
		for left := o.After; left > 0; {
			n, err := resp.Body.Read(buf[:min(left, len(buf))])
			if err != nil {
				return err
			}
			left -= n
		}
		return nil
	}
	if err := start(); err != nil { // fills what all streams share
		return 0, err
	}
	before := heldMemory()
	for range streams {
		if err := start(); err != nil {
			return 0, err
		}
	}
	grown := heldMemory() - before
	return math.Round(grown / streams), nil
}
