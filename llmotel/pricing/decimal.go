package pricing

import (
	"errors"
	"strings"
)

// Bounds of a rate: what no price of a million tokens reaches.
const maxRate = 1_000_000

var (
	errDecimal = errors.New("is no decimal number such as 2.5, of at most 6 decimals")
	errLarge   = errors.New("is more than 1000000")
)

// parseDecimal reads a decimal number of at most maxRate and returns it in
// millionths. A price of a million tokens in millionths of the currency is a
// price of a token in Amounts.
func parseDecimal(s string) (Amount, error) {
	whole, fraction, point := strings.Cut(s, ".")
	if whole == "" || len(whole) > 12 || point && fraction == "" || len(fraction) > 6 {
		return 0, errDecimal
	}
	var n Amount
	for _, digits := range [...]string{whole, fraction, "000000"[len(fraction):]} {
		for i := range len(digits) {
			if digits[i] < '0' || digits[i] > '9' {
				return 0, errDecimal
			}
			n = n*10 + Amount(digits[i]-'0')
		}
	}
	if n > maxRate*1_000_000 {
		return 0, errLarge
	}
	return n, nil
}
