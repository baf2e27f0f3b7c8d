package loadbalancing

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// points is how often a backend stands on the ring. More points make the shares more even: with 256 of them the largest of
// two shares is within a few percent of the smallest.
const points = 256

// ring assigns trace ids to backends. A backend that joins or leaves moves about its share of the ids, and no others.
type ring []point

type point struct {
	hash    uint64
	backend int
}

// newRing places each backend by its name alone, so that every agent with the same list decides alike.
func newRing(endpoints []string) ring {
	r := make(ring, 0, len(endpoints)*points)
	for backend, endpoint := range endpoints {
		for i := range points {
			h := fnv.New64a()
			h.Write([]byte(endpoint + "\x00" + strconv.Itoa(i)))
			r = append(r, point{mix(h.Sum64()), backend})
		}
	}
	slices.SortFunc(r, func(a, b point) int {
		// The backend decides where two hashes meet, so that the order of the list does not.
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(endpoints[a.backend], endpoints[b.backend]))
	})
	return r
}

// backend is the first one at or after the id's place.
func (r ring) backend(id pcommon.TraceID) int {
	// Not every id is random in all of its bytes: both halves count, and all bits are mixed.
	hash := mix(binary.BigEndian.Uint64(id[:8]) ^ mix(binary.BigEndian.Uint64(id[8:])))
	i, _ := slices.BinarySearchFunc(r, hash, func(p point, hash uint64) int { return cmp.Compare(p.hash, hash) })
	return r[i%len(r)].backend
}

// mix spreads every bit over all of them (the finalizer of SplitMix64: Steele, Lea and Flood, OOPSLA 2014).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
