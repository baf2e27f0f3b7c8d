package debugui

import (
	"sync"
	"time"

	"github.com/llmotel/sdk/llmotel/calllog/report"
	"github.com/llmotel/sdk/llmotel/stats"
)

// cacheTime is how long figures are kept for the next viewer.
const cacheTime = 250 * time.Millisecond

// cache has figures that many viewers ask for at once, and that are computed by
// one of them.
type cache struct {
	mu        sync.Mutex
	at        time.Time
	report    stats.Report
	timelines map[stats.Window]stats.Timeline

	comparedAt time.Time
	compared   *comparison
}

type comparison struct {
	of       int
	groups   []report.Group
	compared []report.Comparison
}

func (h *Handler) statistics(w stats.Window) (stats.Report, stats.Timeline) {
	c := &h.figures
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.at) > cacheTime || c.timelines == nil {
		c.report, c.timelines = h.stats.Report(), make(map[stats.Window]stats.Timeline)
		c.at = time.Now()
	}
	line, found := c.timelines[w]
	if !found {
		line = h.stats.Timeline(w)
		c.timelines[w] = line
	}
	return c.report, line
}
