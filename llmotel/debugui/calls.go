package debugui

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/pricing"
)

// rowsPerPage is how many calls a page lists.
const rowsPerPage = 100

type callsView struct {
	Filter  filter
	Choices choices
	Rows    []callRow
	Matched int
	Kept    int
	// Older and Newest are links; "" if there is nothing there.
	Older, Newest string
	First         int
}

// callRow is a call in a list.
type callRow struct {
	ID, Outcome, Kind, Target, Model, Feature, Variant, Operation string
	End                                                           time.Time
	Duration, FirstChunk                                          time.Duration
	Stream, Fallback, Degraded, Partial                           bool
	Retries                                                       int
	Input, Output                                                 string
	Cost                                                          pricing.Cost
}

func rowOf(r *llmotel.Record) callRow {
	row := callRow{
		ID: r.CallID, Outcome: outcome(r), Kind: string(r.ErrorKind), Target: r.Target, Model: r.RequestModel, Operation: r.Operation,
		Feature: r.Attribution.Feature, Variant: r.Attribution.Variant, End: r.Start.Add(r.Duration), Duration: r.Duration,
		FirstChunk: r.TimeToFirstChunk, Stream: r.Stream, Fallback: r.FellBack(), Degraded: r.Degraded, Partial: r.Cost.Partial,
		Retries: retries(r), Input: known(&r.Usage, classInput), Output: known(&r.Usage, classOutput), Cost: r.Cost,
	}
	if row.Target == "" {
		row.Target = r.Provider
	}
	return row
}

func retries(r *llmotel.Record) int {
	n := 0
	for i := range r.Visits {
		n += max(0, r.Visits[i].Attempts-1)
	}
	if len(r.Visits) == 0 {
		n = max(0, r.Attempts-1)
	}
	return n
}

type callsData struct {
	Kept    int               `json:"kept"`
	Matched int               `json:"matched"`
	Calls   []json.RawMessage `json:"calls"`
}

func (h *Handler) callList(req *request) (view, data any) {
	records, seq := h.calls.newest()
	v := &callsView{Filter: filterOf(req.query), Choices: choicesOf(records), Kept: len(records)}
	var matched []*llmotel.Record
	first := 0 // of the page
	before, _ := strconv.ParseUint(req.query.Get("before"), 10, 64)
	older := 0
	for i, r := range records {
		if !v.Filter.matches(r) {
			continue
		}
		number := seq - uint64(i)
		if before > 0 && number >= before {
			first++
		}
		v.Matched++
		if v.Matched > first && len(matched) < rowsPerPage {
			matched = append(matched, r)
			if len(matched) == rowsPerPage {
				v.Older = link("calls", req.query, "before", strconv.FormatUint(number, 10))
			}
		} else if v.Matched > first {
			older++
		}
	}
	if older == 0 {
		v.Older = ""
	}
	if v.First = first; first > 0 {
		v.Newest = link("calls", req.query, "before", "")
	}
	for _, r := range matched {
		v.Rows = append(v.Rows, rowOf(r))
	}
	return v, callsData{v.Kept, v.Matched, lines(matched)}
}

// lines are records as the call log writes them.
func lines(records []*llmotel.Record) []json.RawMessage {
	var b bytes.Buffer
	log := calllog.New(&b)
	out := make([]json.RawMessage, 0, len(records))
	for _, r := range records {
		b.Reset()
		log.Record(context.Background(), r)
		if line := bytes.TrimSpace(b.Bytes()); json.Valid(line) {
			out = append(out, slices.Clone(line))
		}
	}
	return out
}
