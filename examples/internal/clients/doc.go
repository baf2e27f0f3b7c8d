// Package clients holds the one line that instruments each client, as the README
// shows it: code that compiles.
package clients
