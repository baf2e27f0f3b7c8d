package pricing

import (
	"errors"
	"strconv"
	"time"
)

// Rates are the prices of one million tokens of each class, in the price's
// currency. A zero rate of any class but Input and Output means that there is
// none: such tokens cost what the class behind them costs (see Class).
type Rates struct {
	Input, Output           float64
	CacheRead               float64
	CacheWrite              float64 // default time to live
	CacheWrite1h            float64
	Reasoning               float64
	AudioInput, AudioOutput float64
	ImageInput, ImageOutput float64
	AudioCacheRead          float64
	ImageCacheRead          float64
	_                       struct{} // rates are given by name
	// LongContext is the input above which the whole call is priced at the
	// Long rates; 0 is none. It needs a Long rate for each of their classes
	// that has a rate.
	LongContext           int64
	LongInput, LongOutput float64
	LongCacheRead         float64
	LongCacheWrite        float64
	LongCacheWrite1h      float64
}

// Price is the price of one model in one service tier. Price files can say more:
// several thresholds, regions, aliases.
type Price struct {
	// Provider and Model are the names under which calls are made; Tier is
	// the service tier: batch, flex, priority or fast, empty for the standard one.
	Provider, Model, Tier string
	// From is when the price begins to hold; zero means that it always has.
	// It holds until the next price of the same model and tier begins.
	From time.Time
	// Currency is the ISO 4217 code; empty means "USD".
	Currency string
	Rates    Rates
}

func (p *Price) entry() (*entry, error) {
	r := &p.Rates
	base := map[Class]float64{
		ClassInput: r.Input, ClassOutput: r.Output, ClassCacheRead: r.CacheRead, ClassCacheWrite: r.CacheWrite, ClassCacheWrite1h: r.CacheWrite1h,
		ClassReasoning: r.Reasoning, ClassAudioInput: r.AudioInput, ClassAudioOutput: r.AudioOutput, ClassImageInput: r.ImageInput,
		ClassImageOutput: r.ImageOutput, ClassAudioCacheRead: r.AudioCacheRead, ClassImageCacheRead: r.ImageCacheRead,
	}
	long := map[Class]float64{
		ClassInput: r.LongInput, ClassOutput: r.LongOutput, ClassCacheRead: r.LongCacheRead, ClassCacheWrite: r.LongCacheWrite,
		ClassCacheWrite1h: r.LongCacheWrite1h,
	}
	for class, v := range long {
		switch {
		case r.LongContext > 0 && base[class] > 0 && v == 0:
			return nil, errors.New("a long-context threshold needs a long-context rate for each class that has a rate")
		case r.LongContext == 0 && v > 0:
			return nil, errors.New("long-context rates need a long-context threshold")
		}
	}
	e := &entry{Provider: p.Provider, Model: p.Model, Currency: p.Currency}
	if !p.From.IsZero() {
		e.From = p.From.Format(time.RFC3339Nano)
	}
	t, ok := tierOf(p.Tier)
	if !ok {
		return nil, errors.New("the tier is none of batch, flex, priority and fast")
	}
	var card rateCard
	var err error
	if card.Rates, err = decimals(base, ClassInput, ClassOutput); err != nil {
		return nil, err
	}
	if r.LongContext != 0 {
		rates, err := decimals(long)
		if err != nil {
			return nil, err
		}
		card.Above = []step{{Tokens: r.LongContext, Rates: rates}}
	}
	if t == standard {
		e.rateCard = card
	} else {
		e.Tiers = map[string]tierCard{t.String(): {rateCard: card}}
	}
	return e, nil
}

// decimals are the rates as a price file has them, without those that are zero
// but for the required ones.
func decimals(rates map[Class]float64, required ...Class) (map[string]decimal, error) {
	out := make(map[string]decimal, len(rates))
	for _, class := range required {
		out[class.String()] = "0"
	}
	for class, v := range rates {
		if v == 0 {
			continue
		}
		if !(v >= 1e-6 && v <= maxRate) { // NaN is neither
			return nil, errors.New("rates are prices of a million tokens: 0, or 0.000001 to 1,000,000")
		}
		out[class.String()] = decimal(strconv.FormatFloat(v, 'f', 6, 64))
	}
	return out, nil
}
