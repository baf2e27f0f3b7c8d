package wire

import (
	"strings"
)

// framing is how a response's body is divided into documents.
type framing uint8

const (
	sniffed framing = iota // not known before the first byte
	plain                  // JSON documents, one after another
	events                 // server-sent events
	binary                 // AWS event stream
	opaque                 // nothing that can be read
)

// frame chooses the framing. Servers mislabel their bodies, so that only the
// binary framing, which cannot be told from the first byte, goes by the name.
func (x *Exchange) frame(contentType, encoding string) {
	x.framing = sniffed
	if isEventStream(contentType) {
		x.framing, x.frames = binary, &frames{}
		x.scan.Reset()
	}
	switch encoding {
	case "", "identity":
	default:
		if p := unpack(encoding, x); p != nil {
			x.blame().packed = p
		} else {
			x.framing = opaque
		}
	}
}

// isEventStream tells whether a content type is AWS's. To parse them all would
// take longer than to read the first event.
func isEventStream(contentType string) bool {
	const name = "application/vnd.amazon.eventstream"
	mediaType, _, _ := strings.Cut(contentType, ";")
	return len(mediaType) >= len(name) && strings.EqualFold(strings.TrimSpace(mediaType), name)
}

// body reads a piece of the body, without its compression.
func (x *Exchange) body(p []byte) {
	for len(p) > 0 {
		switch x.framing {
		case sniffed:
			p = x.sniff(p)
		case plain:
			x.read(p)
			if x.scan.Broken() {
				x.Malformed++
				x.framing = opaque
			}
			return
		case events:
			x.sse.write(x, p)
			return
		case binary:
			x.frames.write(x, p)
			return
		default:
			return
		}
	}
}

// sniff looks at the first byte that is no white space.
func (x *Exchange) sniff(p []byte) []byte {
	for len(p) > 0 && strings.IndexByte(" \t\r\n\xef\xbb\xbf", p[0]) >= 0 { // a byte order mark may come in pieces
		p = p[1:]
	}
	if len(p) == 0 {
		return nil
	}
	switch p[0] {
	case '{', '[', '"':
		x.framing = plain
		x.scan.Reset()
	case 'd', 'e', 'i', 'r', ':':
		x.framing = events
		x.scan.Reset()
	default:
		x.framing = opaque
		x.Malformed++
	}
	return p
}

func (x *Exchange) endFraming() {
	x.phase = responding
	if x.packed != nil {
		x.packed.close()
	}
	switch x.framing {
	case plain:
		x.endDocument()
	case events:
		x.sse.end(x)
	case binary:
		x.frames.end(x)
	}
	if (x.framing == plain || x.framing == events) && !x.scan.Idle() {
		x.Malformed++
	}
	x.phase = over
}
