// Package browsertest opens the debug page in a real browser, Debian's Chromium,
// and sees whether it is what it should be. It holds tests alone, in a module of
// its own, so that nobody gets a browser's driver with the library.
//
//	go test -artifacts -outputdir /tmp/shots .
//
// leaves screenshots in that folder.
package browsertest
