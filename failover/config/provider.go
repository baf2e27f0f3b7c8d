package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/llmotel/sdk/providers"
)

// Factory makes a provider. The text of its error gets into an [Error], with the
// key cut out of it; it must hold no other secret. A factory is called in [Load],
// once for each target or key of its type, one call after the other.
type Factory func(p Provider) (providers.Provider, error)

// Factories are what the "type" of a provider may be.
type Factories map[string]Factory

// Provider is what the file says of the provider of a target.
type Provider struct {
	// Type is the name that the factory was registered under.
	Type string
	// Target is the target's name and Model its model; both may be empty.
	Target, Model string
	// Key is the name of the key, if the target has several; a provider is
	// made for each.
	Key string
	// BaseURL is where the service is: absolute, without user, query and
	// fragment. Empty means the vendor's own address.
	BaseURL string
	// APIKey is the value of the variable that the file names; empty if it
	// names none, where adapters look for the vendor's usual variables.
	APIKey Secret
	// Region is the vendor's region or location; may be empty.
	Region string
	// Options is a JSON object with whatever else the file says; nil if it
	// says nothing. See Decode.
	Options json.RawMessage
}

// Decode fills v, a pointer to a struct, from Options. Fields that v lacks are an
// error. Without options v stays as it is. A factory that takes no options
// gives a pointer to an empty struct.
func (p Provider) Decode(v any) error {
	if p.Options == nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(p.Options))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("options: %q must be of type %v, not a %s", wrong.Field, wrong.Type, wrong.Value)
	}
	if err != nil {
		return fmt.Errorf("options: %w", err)
	}
	return nil
}

// Secret is a key. Formatting, logging or encoding it gives "[secret]"; string(s)
// is the key.
type Secret string

const noSecret = "[secret]"

// String returns "[secret]", or nothing if there is none.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return noSecret
}

// GoString is String, for %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText is String, for encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is String, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
