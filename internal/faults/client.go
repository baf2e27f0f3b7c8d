package faults

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// Client is an HTTP client that counts its connections.
type Client struct {
	*http.Client
	dialed, closed atomic.Int64
}

// Dialer opens a connection.
type Dialer func(ctx context.Context, network, address string) (net.Conn, error)

// NewClient returns a client that trusts the roots, which may be nil. With a
// nil dial it dials as usual. When the test ends its idle connections are
// closed, and one that is still open then was leaked.
func NewClient(t testing.TB, roots *x509.CertPool, dial Dialer) *Client {
	t.Helper()
	if dial == nil {
		dial = (&net.Dialer{Timeout: 5 * time.Second}).DialContext
	}
	c := &Client{}
	transport := &http.Transport{
		MaxIdleConnsPerHost: 128,
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			c.dialed.Add(1)
			return &counted{Conn: conn, closed: &c.closed}, nil
		},
	}
	c.Client = &http.Client{Transport: transport}
	t.Cleanup(func() {
		if open := c.Released(10 * time.Second); open != 0 {
			t.Errorf("%d of %d connections of the client were never closed", open, c.dialed.Load())
		}
	})
	return c
}

// Released closes what is idle, and returns how many connections are still open
// when none is or patience is over.
func (c *Client) Released(patience time.Duration) int64 {
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		c.CloseIdleConnections()
		open := c.dialed.Load() - c.closed.Load()
		if open == 0 || time.Now().After(end) {
			return open
		}
	}
}

// counted is a connection that tells when it is closed.
type counted struct {
	net.Conn
	once   atomic.Bool
	closed *atomic.Int64
}

// Close counts once.
func (c *counted) Close() error {
	if c.once.CompareAndSwap(false, true) {
		c.closed.Add(1)
	}
	return c.Conn.Close()
}
