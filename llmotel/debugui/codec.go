package debugui

import (
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// codec writes a record into few bytes, and reads it back: as a struct 10,000 of
// them would be 20 MB and more. One walk over the fields does both, so that they
// cannot differ. What it reads is what it wrote; nothing foreign comes here.
type codec struct {
	// What is written is b[:n]. An index, since storing a slice again for each byte
	// would have the garbage collector look at it.
	b       []byte
	n       int
	text    string // to read, of which all strings are parts
	reading bool
}

// pack makes one string of a record. scratch is memory to do it in.
func pack(r *llmotel.Record, scratch []byte) (packed string, used []byte) {
	c := codec{b: scratch}
	c.record(r)
	return string(c.b[:c.n]), c.b
}

// unpack returns the record, whose costs have no breakdown.
func unpack(packed string) *llmotel.Record {
	c, r := codec{text: packed, reading: true}, &llmotel.Record{}
	c.record(r)
	return r
}

// grow makes room for n more bytes.
func (c *codec) grow(n int) {
	bigger := make([]byte, 2*len(c.b)+n)
	copy(bigger, c.b[:c.n])
	c.b = bigger
}

// put writes a number, small ones in one byte.
func (c *codec) put(u uint64) {
	if u < 0x80 && c.n < len(c.b) {
		c.b[c.n] = byte(u)
		c.n++
		return
	}
	c.putLong(u)
}

func (c *codec) putLong(u uint64) {
	if len(c.b)-c.n < binary.MaxVarintLen64 {
		c.grow(binary.MaxVarintLen64)
	}
	c.n += binary.PutUvarint(c.b[c.n:], u)
}

// get reads a number.
func (c *codec) get() (u uint64) {
	for shift := 0; c.text != ""; shift += 7 {
		b := c.text[0]
		c.text = c.text[1:]
		u |= uint64(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	return u
}

func number64[N ~int | ~int64 | ~uint8 | ~uint16](c *codec, v *N) {
	if c.reading {
		*v = N(c.get())
	} else {
		c.put(uint64(*v))
	}
}

func str[S ~string](c *codec, s *S) {
	if c.reading {
		n := min(int(c.get()), len(c.text)) //nolint:gosec // it was the length of a string
		*s, c.text = S(c.text[:n]), c.text[n:]
		return
	}
	c.put(uint64(len(*s)))
	if len(c.b)-c.n < len(*s) {
		c.grow(len(*s))
	}
	c.n += copy(c.b[c.n:], *s)
}

func (c *codec) bytes(b []byte) {
	if !c.reading {
		if len(c.b)-c.n < len(b) {
			c.grow(len(b))
		}
		c.n += copy(c.b[c.n:], b)
		return
	}
	c.text = c.text[copy(b, c.text):]
}

// when is a time, to the nanosecond, in the zone of the process. Zero stays so.
func (c *codec) when(t *time.Time) {
	var n int64
	if !t.IsZero() {
		n = t.UnixNano()
	}
	number64(c, &n)
	if c.reading && n != 0 {
		*t = time.Unix(0, n)
	}
}

// flags writes bools as one number.
func (c *codec) flags(all ...*bool) {
	var mask uint64
	for i, b := range all {
		if *b {
			mask |= 1 << i
		}
	}
	if !c.reading {
		c.put(mask)
		return
	}
	mask = c.get()
	for i, b := range all {
		*b = mask&(1<<i) != 0
	}
}

// sparse writes the numbers that are not 0, and which those are.
func sparse[N ~int | ~int64](c *codec, all []*N) {
	var mask int64
	if !c.reading {
		for i, n := range all {
			if *n != 0 {
				mask |= 1 << i
			}
		}
	}
	number64(c, &mask)
	for ; mask != 0; mask &= mask - 1 {
		number64(c, all[bits.TrailingZeros64(uint64(mask))]) //nolint:gosec // its bits, not its value
	}
}

// texts writes the strings that are not empty, and which those are.
func (c *codec) texts(all []*string) {
	var mask int64
	if !c.reading {
		for i, s := range all {
			if *s != "" {
				mask |= 1 << i
			}
		}
	}
	number64(c, &mask)
	for ; mask != 0; mask &= mask - 1 {
		str(c, all[bits.TrailingZeros64(uint64(mask))]) //nolint:gosec // its bits, not its value
	}
}

// list writes how many elements there are, and makes room for them.
func list[T any](c *codec, s *[]T) {
	n := len(*s)
	number64(c, &n)
	if c.reading && n > 0 && n <= len(c.text) {
		*s = make([]T, n)
	}
}

func (c *codec) record(r *llmotel.Record) {
	c.flags(&r.Sampled, &r.Stream, &r.Abandoned, &r.Degraded)
	c.bytes(r.TraceID[:])
	c.bytes(r.SpanID[:])
	c.texts([]*string{
		&r.CallID, &r.Operation, &r.Provider, &r.RequestModel, &r.Target, &r.ResponseModel, &r.ResponseID, &r.RequestID, &r.ServiceTier,
		&r.ErrorMessage, &r.ErrorCode,
		(*string)(&r.ErrorKind), (*string)(&r.BreakerState),
	})
	c.when(&r.Start)
	number64(c, &r.Duration)
	number64(c, &r.TimeToFirstChunk)
	sparse(c, []*int{&r.Chunks, &r.StatusCode, &r.Attempts, &r.PromptChars, &r.ResponseChars})
	c.usage(&r.Usage)
	c.cost(&r.Cost)
	list(c, &r.FinishReasons)
	for i := range r.FinishReasons {
		str(c, &r.FinishReasons[i])
	}
	c.retries(&r.Retries)
	list(c, &r.Visits)
	for i := range r.Visits {
		c.visit(&r.Visits[i], r)
	}
	list(c, &r.Skips)
	for i := range r.Skips {
		str(c, &r.Skips[i].Target)
		str(c, &r.Skips[i].Reason)
	}
	list(c, &r.BreakerChanges)
	for i := range r.BreakerChanges {
		b := &r.BreakerChanges[i]
		str(c, &b.Target)
		str(c, &b.Model)
		str(c, &b.Key)
		str(c, &b.From)
		str(c, &b.To)
		str(c, &b.Reason)
	}
	c.attribution(&r.Attribution)
}

func (c *codec) attribution(a *llmotel.Attribution) {
	c.texts([]*string{
		&a.Feature, &a.FeatureVersion, &a.Prompt, &a.PromptVersion, &a.Experiment, &a.Variant, &a.Conversation, &a.User, &a.Session, &a.Tenant,
	})
}

// visit leaves out what is the same as in the record.
func (c *codec) visit(v *llmotel.Visit, r *llmotel.Record) {
	usage, cost, same := v.Usage == r.Usage, v.Cost == r.Cost, v.RequestModel == r.RequestModel
	answered, request, message := v.ResponseModel == r.ResponseModel, v.RequestID == r.RequestID, v.ErrorMessage == r.ErrorMessage
	c.flags(&usage, &cost, &same, &answered, &request, &message)
	share := func(same bool, own, of *string) {
		if !same {
			str(c, own)
		} else if c.reading {
			*own = *of
		}
	}
	str(c, &v.Target)
	str(c, &v.Provider)
	share(same, &v.RequestModel, &r.RequestModel)
	share(answered, &v.ResponseModel, &r.ResponseModel)
	share(request, &v.RequestID, &r.RequestID)
	share(message, &v.ErrorMessage, &r.ErrorMessage)
	str(c, &v.ErrorKind)
	c.bytes(v.SpanID[:])
	since := v.Start.Sub(r.Start)
	number64(c, &since)
	if c.reading {
		v.Start = r.Start.Add(since)
	}
	number64(c, &v.Duration)
	number64(c, &v.TimeToFirstChunk)
	number64(c, &v.Attempts)
	c.retries(&v.Retries)
	if usage {
		v.Usage = r.Usage
	} else {
		c.usage(&v.Usage)
	}
	if cost {
		v.Cost = r.Cost
	} else {
		c.cost(&v.Cost)
	}
}

func (c *codec) retries(all *[]llmotel.Retry) {
	list(c, all)
	for i := range *all {
		t := &(*all)[i]
		c.when(&t.At)
		number64(c, &t.Delay)
		str(c, &t.ErrorKind)
		number64(c, &t.StatusCode)
	}
}

func (c *codec) usage(u *providers.Usage) {
	number64(c, &u.Completeness)
	number64(c, &u.Reported)
	sparse(c, []*int64{
		&u.Input, &u.Output, &u.CacheRead, &u.CacheWrite, &u.CacheWrite1h, &u.Reasoning, &u.TextInput, &u.TextOutput, &u.TextCacheRead,
		&u.AudioInput, &u.AudioOutput, &u.AudioCacheRead, &u.ImageInput, &u.ImageOutput, &u.ImageCacheRead,
	})
}

func (c *codec) cost(p *pricing.Cost) {
	c.flags(&p.Priced, &p.Partial)
	number64(c, &p.Amount)
	str(c, &p.Currency)
	str(c, &p.PriceID)
}
