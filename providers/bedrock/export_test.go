package bedrock

import (
	"encoding/json"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/llmotel/sdk/providers"
)

// Ledger reads a usage object of the SDK.
func Ledger(t *types.TokenUsage) providers.Usage { return ledger(t) }

// ErrorOf returns the kind of an error.
func ErrorOf(status int, code, message string) providers.Kind { return kindOf(status, code, message) }

// FamilyOf returns maker and name of a model's id.
func FamilyOf(model string) (maker, name string) {
	f := familyOf(model)
	return f.maker, f.name
}

// BlockAgain reads a block and writes it.
func BlockAgain(raw json.RawMessage) (json.RawMessage, error) {
	b, err := parseBlock(raw)
	if err != nil {
		return nil, err
	}
	return formatBlock(b)
}

// ReadLimited reads a reply's body to its end or the limit.
func ReadLimited(r io.ReadCloser, limit int64) ([]byte, error) {
	return io.ReadAll(&body{ReadCloser: r, left: limit, limited: limit > 0})
}
