package debugui

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"slices"
	"strings"
)

// policy lets a page load what the handler serves and nothing else: no inline
// script or style, no frame around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// admit answers what must not be answered otherwise, and says whether to go on.
func (h *Handler) admit(w http.ResponseWriter, r *http.Request) bool {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "no-referrer") // filters are in the URL
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
	header.Set("Vary", "Accept, Accept-Encoding, Authorization")
	switch {
	case !h.knows(r.Host):
		http.Error(w, "This host name is not served here: debugui.WithHosts allows names other than loopback.", http.StatusForbidden)
	case foreign(r):
		http.Error(w, "Another site may link here, but not load from here.", http.StatusForbidden)
	case !h.authorized(r):
		header.Add("WWW-Authenticate", `Bearer realm="llmotel"`)
		header.Add("WWW-Authenticate", `Basic realm="llmotel: the token is the password", charset="UTF-8"`)
		http.Error(w, "This page wants its token, as bearer token or as password.", http.StatusUnauthorized)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "This page is for reading.", http.StatusMethodNotAllowed)
	default:
		return true
	}
	return false
}

// knows tells whether the page may be asked for under a host.
func (h *Handler) knows(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	name, err := hostName(host)
	if err != nil {
		return false
	}
	if ip := net.ParseIP(name); ip != nil && ip.IsLoopback() {
		return true
	}
	return name == "localhost" || slices.Contains(h.cfg.hosts, name)
}

// foreign tells whether another site's page loads this one into itself. Following
// a link is no such thing. https://www.w3.org/TR/fetch-metadata/
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
	}
	return false
}

func (h *Handler) authorized(r *http.Request) bool {
	if h.cfg.token == nil {
		return true
	}
	given, bearer := "", false
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		given, bearer = strings.TrimSpace(token), true
	}
	if !bearer {
		_, given, _ = r.BasicAuth()
	}
	// Sums, so that not even the length shows in the time that it takes.
	got, want := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(*h.cfg.token))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
