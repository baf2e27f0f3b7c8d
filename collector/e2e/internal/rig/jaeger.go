package rig

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
)

// Jaeger is asked for what arrived.
type Jaeger struct{ URL string }

// Count is what of a load is in Jaeger.
type Count struct {
	Spans        int // distinct, of the load
	Whole        int // traces with every span
	Partial      int // traces with some
	Absent       int // traces with none
	WrongParents int // spans whose parent is not the one that was sent
	Foreign      int // spans that the load does not have
}

// Has says whether a trace is there, with any of its spans.
func (j Jaeger) Has(ctx context.Context, l *Load, i int) (bool, error) {
	found, err := j.trace(ctx, l, i)
	return len(found) > 0, err
}

// Count looks at the traces from first up to, but not including, last.
func (j Jaeger) Count(ctx context.Context, l *Load, first, last int) (Count, error) {
	var (
		mu    sync.Mutex
		total Count
		errs  []error
		group sync.WaitGroup
		next  = make(chan int)
	)
	for range 4 {
		group.Go(func() {
			for i := range next {
				found, err := j.trace(ctx, l, i)
				mu.Lock()
				if err != nil {
					errs = append(errs, err)
				} else {
					total.add(l, i, found)
				}
				mu.Unlock()
			}
		})
	}
	for i := first; i < last; i++ {
		next <- i
	}
	close(next)
	group.Wait()
	return total, errors.Join(errs[:min(len(errs), 3)]...)
}

func (c *Count) add(l *Load, i int, found map[string]string) {
	spans := 0
	for k := range l.Spans {
		id := l.SpanID(i, k)
		parent, present := found[hex.EncodeToString(id[:])]
		if !present {
			continue
		}
		spans++
		want := ""
		if p, has := l.Parent(k); has {
			id := l.SpanID(i, p)
			want = hex.EncodeToString(id[:])
		}
		if parent != want {
			c.WrongParents++
		}
	}
	c.Spans += spans
	c.Foreign += len(found) - spans
	switch spans {
	case 0:
		c.Absent++
	case l.Spans:
		c.Whole++
	default:
		c.Partial++
	}
}

// trace is the ids of the spans of a trace, each with its parent's.
func (j Jaeger) trace(ctx context.Context, l *Load, i int) (map[string]string, error) {
	id := l.TraceID(i)
	body, err := Get(ctx, j.URL+"/api/traces/"+hex.EncodeToString(id[:]))
	var status *StatusError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data []struct {
			Spans []struct {
				SpanID     string `json:"spanID"`
				References []struct {
					Type   string `json:"refType"`
					SpanID string `json:"spanID"`
				} `json:"references"`
			} `json:"spans"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	found := make(map[string]string)
	for _, t := range answer.Data {
		for _, s := range t.Spans {
			parent := ""
			for _, r := range s.References {
				if r.Type == "CHILD_OF" {
					parent = r.SpanID
				}
			}
			found[s.SpanID] = parent
		}
	}
	return found, nil
}
