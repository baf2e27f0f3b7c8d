package wire

import "sync"

// iteration is one of the samplings that a message took. Those of the message itself
// are in its counts already, and an advisor's and those of a model that declined are
// another model's; what a compaction took is in no other count, and charged as the
// model's own. One tells that a fallback answered, and which.
// See https://platform.claude.com/docs/en/build-with-claude/compaction-threshold and
// https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback.
type iteration struct {
	counts
	compacts, served bool
	model            string
}

var iterations = sync.Pool{New: func() any { return new(iteration) }}

// iterate begins an iteration.
func (x *Exchange) iterate() {
	if x.trial == nil {
		x.trial = trials.Get().(*trial) //nolint:forcetypeassert // there is nothing else in it
	}
	if x.trial.iteration == nil {
		x.trial.iteration = iterations.Get().(*iteration) //nolint:forcetypeassert // as above
	}
	*x.trial.iteration = iteration{}
}

// iterated ends an iteration, whose kind may come after its counts.
func (x *Exchange) iterated() {
	i := x.trial.iteration
	x.refused += i.refused
	if i.served && i.model != "" {
		x.Answer.Model = i.model
	}
	if !i.compacts {
		return
	}
	if !i.got(nCacheWrite) && (i.got(nCacheWrite5m) || i.got(nCacheWrite1h)) {
		i.add(nCacheWrite, i.of(nCacheWrite5m)+i.of(nCacheWrite1h))
	}
	for _, c := range [...]struct{ from, to counter }{
		{nInput, nCompactInput}, {nOutput, nCompactOutput}, {nCacheRead, nCompactRead}, {nCacheWrite, nCompactWrite}, {nCacheWrite1h, nCompactWrite1h},
	} {
		switch {
		case !i.got(c.from):
		case x.of(c.to)+i.of(c.from) > maxTokens:
			x.refused++
		default:
			x.add(c.to, i.of(c.from))
		}
	}
}
