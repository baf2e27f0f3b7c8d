package wire

// A message may tell of the samplings that it took, its iterations. Those of the
// message itself are in its counts already, and an advisor's and those of a model that
// declined are another model's; what a compaction took is in no other count, and
// charged as the model's own. One tells that a fallback answered, and which.
// See https://platform.claude.com/docs/en/build-with-claude/compaction-threshold and
// https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback.

// iterationCounts are the places, for which this format has no other use, of what
// the iteration being read says.
var iterationCounts = [...]counter{
	nInput: nTotal, nOutput: nCacheMiss, nTotal: nImageCached, nCacheRead: nToolUse, nCacheWrite: nAudioOutput,
	nCacheWrite5m: nImageInput, nCacheWrite1h: nImageOutput,
}

// iterate begins an iteration.
func (x *Exchange) iterate() {
	x.forget(iterationCounts[:]...)
	x.mark &^= markCompacts | markServed
	x.word = nil
}

// iterated ends an iteration, whose kind may come after its counts.
func (x *Exchange) iterated() {
	if x.mark&markServed != 0 && x.word != nil {
		x.Answer.model = x.word
	}
	at := &iterationCounts
	if x.mark&markCompacts != 0 {
		if !x.got(at[nCacheWrite]) && (x.got(at[nCacheWrite5m]) || x.got(at[nCacheWrite1h])) {
			x.add(at[nCacheWrite], x.of(at[nCacheWrite5m])+x.of(at[nCacheWrite1h]))
		}
		for _, c := range [...]struct{ from, to counter }{
			{at[nInput], nCompactInput},
			{at[nOutput], nCompactOutput},
			{at[nCacheRead], nCompactRead},
			{at[nCacheWrite], nCompactWrite},
			{at[nCacheWrite1h], nCompactWrite1h},
		} {
			switch {
			case !x.got(c.from):
			case x.of(c.to)+x.of(c.from) > maxTokens:
				x.refused++
			default:
				x.add(c.to, x.of(c.from))
			}
		}
	}
	x.iterate() // nothing of it is a count of its own
}
