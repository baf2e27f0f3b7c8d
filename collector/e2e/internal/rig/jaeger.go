package rig

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
)

// Jaeger is asked for what arrived.
type Jaeger struct {
	URL string
	// By is a resource attribute that tells which way spans came; Count.Split counts traces that came by several.
	By string
}

// Count is what of a load is in Jaeger.
type Count struct {
	Spans        int // distinct, of the load
	Whole        int // traces with every span
	Partial      int // traces with some
	Absent       int // traces with none
	WrongParents int // spans whose parent is not the one that was sent
	Foreign      int // spans that the load does not have
	Split        int // traces whose spans have several values of Jaeger.By
}

// Has says whether a trace is there, with any of its spans.
func (j Jaeger) Has(ctx context.Context, l *Load, i int) (bool, error) {
	found, err := j.trace(ctx, l, i)
	return len(found.parents) > 0, err
}

// Way is the value of By that a trace's spans have, if they have one.
func (j Jaeger) Way(ctx context.Context, l *Load, i int) (string, error) {
	found, err := j.trace(ctx, l, i)
	if len(found.ways) != 1 {
		return "", err
	}
	return found.ways[0], err
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

func (c *Count) add(l *Load, i int, answer found) {
	found := answer.parents
	if len(answer.ways) > 1 {
		c.Split++
	}
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

// found is what Jaeger has of a trace.
type found struct {
	parents map[string]string // of each span, by id
	ways    []string          // the different values of Jaeger.By
}

func (j Jaeger) trace(ctx context.Context, l *Load, i int) (found, error) {
	id := l.TraceID(i)
	body, err := Get(ctx, j.URL+"/api/traces/"+hex.EncodeToString(id[:]))
	var status *StatusError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		return found{}, nil
	}
	if err != nil {
		return found{}, err
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
			Processes map[string]struct {
				Tags []struct {
					Key   string `json:"key"`
					Value any    `json:"value"`
				} `json:"tags"`
			} `json:"processes"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return found{}, err
	}
	result := found{parents: make(map[string]string)}
	for _, t := range answer.Data {
		for _, s := range t.Spans {
			parent := ""
			for _, r := range s.References {
				if r.Type == "CHILD_OF" {
					parent = r.SpanID
				}
			}
			result.parents[s.SpanID] = parent
		}
		for _, process := range t.Processes {
			for _, tag := range process.Tags {
				if way := fmt.Sprint(tag.Value); tag.Key == j.By && !slices.Contains(result.ways, way) {
					result.ways = append(result.ways, way)
				}
			}
		}
	}
	return result, nil
}
