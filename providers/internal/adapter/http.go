package adapter

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// MaxBody is the largest unary reply that is read.
const MaxBody = 256 << 20

// ErrTooLarge is the cause of a reply beyond MaxBody.
var ErrTooLarge = fmt.Errorf("reply larger than %d bytes", MaxBody)

// ReadBody reads a reply to its end and closes it.
func ReadBody(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	if err == nil && len(body) > MaxBody {
		err = ErrTooLarge
	}
	return body, err
}

// Address returns host and port of a base URL; the port is the scheme's if the
// URL has none.
func Address(base *url.URL) (host string, port int) {
	if base == nil {
		return "", 0
	}
	if p, err := strconv.Atoi(base.Port()); err == nil {
		return base.Hostname(), p
	}
	switch base.Scheme {
	case "https":
		return base.Hostname(), 443
	case "http":
		return base.Hostname(), 80
	}
	return base.Hostname(), 0
}

// FirstHeader returns the first of the headers that is set.
func FirstHeader(resp *http.Response, names ...string) string {
	if resp == nil {
		return ""
	}
	for _, name := range names {
		if v := resp.Header.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// http2Broken recognises the unexported errors of net/http's bundled HTTP/2
// client by the name of their type, which is part of no text.
func http2Broken(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		name := reflect.TypeOf(err).String()
		if strings.HasPrefix(name, "http.http2") || strings.HasPrefix(name, "http2.") || strings.HasPrefix(name, "*http.http2") {
			return true
		}
	}
	return false
}
