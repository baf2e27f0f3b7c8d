package anthropic

import (
	"net/http"
	"net/url"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
)

// settings are what the options of a client amount to.
type settings struct {
	key, token string
	baseURL    *url.URL
}

// settingsOf applies the client's options to an empty request configuration,
// as the SDK does for each call. The SDK has no accessor for them, and asking
// by a dry call would run the middleware.
func settingsOf(client sdk.Client) settings {
	cfg := argument(option.WithAPIKey("").Apply)
	cfg.Request = &http.Request{Header: http.Header{}, URL: &url.URL{}}
	for _, o := range client.Options {
		if o != nil {
			_ = o.Apply(cfg) // the call itself will report it
		}
	}
	s := settings{key: cfg.APIKey, token: cfg.AuthToken, baseURL: cfg.BaseURL}
	if s.baseURL == nil {
		s.baseURL = cfg.DefaultBaseURL
	}
	return s
}

// argument returns a new zero argument for the function. It names the type
// that the SDK keeps in an internal package.
func argument[T any](func(*T) error) *T { return new(T) }
