package debugui_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/debugui"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// fill sets all that can be set, to values of which no two are the same.
func fill(v reflect.Value, n *int64) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString("text-" + string(rune('a'+*n%26)) + time.Duration(*n).String())
	case reflect.Int, reflect.Int64:
		v.SetInt(*n * 1000)
	case reflect.Uint8, reflect.Uint16:
		v.SetUint(uint64(*n % 200))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1_790_000_000, *n)))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), n)
			}
		}
	default:
		panic(v.Kind())
	}
}

// No field of a Record is forgotten, also none that comes later.
func TestRecordsAreReadBack(t *testing.T) {
	var all llmotel.Record
	n := int64(0)
	fill(reflect.ValueOf(&all).Elem(), &n)
	negative := *newRecord(1)
	negative.Duration, negative.Cost.Amount, negative.Visits[0].Start = -1, -5, negative.Start.Add(-time.Hour)
	negative.Cost, negative.Visits[0].Cost = pricing.Cost{Amount: -5}, pricing.Cost{}
	shared := *newRecord(2)
	shared.Cost, shared.Visits[0].Cost = pricing.Cost{Amount: 7, Priced: true}, pricing.Cost{Amount: 7, Priced: true}
	for name, r := range map[string]llmotel.Record{
		"empty": {}, "all": all, "negative": negative, "shared": shared,
		"no start": {CallID: "x", Visits: []llmotel.Visit{{Target: "t"}}, ErrorKind: providers.KindTimeout},
	} {
		got := debugui.Repack(&r)
		want := r
		want.Start = r.Start.Round(0) // without the monotonic clock
		want.Visits = append([]llmotel.Visit(nil), r.Visits...)
		for i := range want.Visits {
			want.Visits[i].Start = want.Visits[i].Start.Round(0)
			if !got.Visits[i].Start.Equal(want.Visits[i].Start) {
				t.Errorf("%s: visit starts at %v, want %v", name, got.Visits[i].Start, want.Visits[i].Start)
			}
			got.Visits[i].Start = want.Visits[i].Start
		}
		if !reflect.DeepEqual(*got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, *got, want)
		}
	}
}
