package openai

// Ledger reads a usage object.
var Ledger = ledger

// ErrorOf returns kind and code of an error body.
func ErrorOf(status int, body []byte) (kind, code string) {
	w := parseError(body)
	c, t, i := scalar(w.Code), scalar(w.Type), scalar(w.InnerError.Code)
	return string(kindOf(status, c, t, i)), first(c, t, i)
}
