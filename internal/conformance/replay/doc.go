// Package replay proves the HTTP ways in with recorded traffic. Its tests serve
// every recording over HTTP to its vendor's official Go SDK, with the
// middleware or the transport installed, and compare all that a recording is
// known to hold with the span, the metrics and the Record of the call: see
// recordings_test.go for the recordings, server_test.go for the server that
// plays them, calls_test.go for the SDKs, expect_test.go for what is compared.
//
// Other tests prove, with the same SDKs, that no call is counted twice where
// several layers see it (twice_test.go), and who retries (retries_test.go).
//
// The SDKs see the hosts of the recordings: connections alone are redirected.
package replay
