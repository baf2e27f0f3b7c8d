package report

import (
	"cmp"
	"slices"

	"github.com/llmotel/sdk/llmotel/calllog"
)

// Report adds up entries. It is for one goroutine; several can each have one
// and be merged.
type Report struct {
	dims   []dimension
	all    *group
	groups map[string]*group
	arms   map[armKey]*arm
	key    []byte
}

// New returns an empty Report by the named dimensions; see Dimensions. Its error
// names a dimension that there is not.
func New(by ...string) (*Report, error) {
	dims, err := findDimensions(by)
	if err != nil {
		return nil, err
	}
	return &Report{dims: dims, all: new(group), groups: make(map[string]*group), arms: make(map[armKey]*arm)}, nil
}

// Empty returns an empty Report by the same dimensions.
func (r *Report) Empty() *Report {
	return &Report{dims: r.dims, all: new(group), groups: make(map[string]*group), arms: make(map[armKey]*arm)}
}

// Add adds a record. It keeps nothing of e but texts.
func (r *Report) Add(e *calllog.Entry) {
	r.all.add(e)
	if len(r.dims) > 0 {
		r.key = r.key[:0]
		for _, d := range r.dims {
			r.key = append(append(r.key, d.value(e)...), 0)
		}
		g := r.groups[string(r.key)]
		if g == nil {
			g = new(group)
			for _, d := range r.dims {
				g.values = append(g.values, d.value(e))
			}
			r.groups[string(r.key)] = g
		}
		g.add(e)
	}
	if a := e.Attribution; a != nil && a.Experiment != "" {
		r.arm(armKey{a.Experiment, a.Variant}).add(e)
	}
}

// Merge adds what o has, which must be by the same dimensions.
func (r *Report) Merge(o *Report) {
	r.all.merge(o.all)
	for key, g := range o.groups {
		if r.groups[key] == nil {
			r.groups[key] = &group{values: g.values}
		}
		r.groups[key].merge(g)
	}
	for key, a := range o.arms {
		r.arm(key).merge(a)
	}
}

// Total returns the figures of all records.
func (r *Report) Total() Group { return r.all.result(nil) }

// Groups returns the figures by dimensions, what cost most first; nil without
// dimensions.
func (r *Report) Groups() []Group {
	sorted := make([]*group, 0, len(r.groups))
	for _, g := range r.groups {
		sorted = append(sorted, g)
	}
	slices.SortFunc(sorted, func(a, b *group) int {
		return cmp.Or(
			cmp.Compare(b.usd.value(), a.usd.value()),
			cmp.Compare(b.figures.Requests, a.figures.Requests),
			slices.Compare(a.values, b.values),
		)
	})
	var out []Group
	for _, g := range sorted {
		out = append(out, g.result(r.dims))
	}
	return out
}
