package bedrock

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/llmotel/sdk/providers"
)

func (e *encoder) image(p providers.Image, field string) (out types.ImageBlock, err error) {
	format := types.ImageFormat(formatOf(p.Media, "image/", ""))
	if format == "jpg" {
		format = types.ImageFormatJpeg
	}
	if !slices.Contains(format.Values(), format) {
		return out, e.Unsupported(field+".mimeType", "images are PNG, JPEG, GIF or WebP")
	}
	out.Format = format
	location, err := e.location(p.Media, field)
	if location != nil {
		out.Source = &types.ImageSourceMemberS3Location{Value: *location}
	} else {
		out.Source = &types.ImageSourceMemberBytes{Value: p.Data}
	}
	return out, err
}

func (e *encoder) audio(p providers.Audio, field string) (out types.AudioBlock, err error) {
	format := types.AudioFormat(formatOf(p.Media, "audio/", ""))
	switch format {
	case "x-wav", "wave", "vnd.wave":
		format = types.AudioFormatWav
	case "x-m4a":
		format = types.AudioFormatM4a
	}
	if !slices.Contains(format.Values(), format) {
		return out, e.Unsupported(field+".mimeType", "is a form of audio that Converse does not have")
	}
	out.Format = format
	location, err := e.location(p.Media, field)
	if location != nil {
		out.Source = &types.AudioSourceMemberS3Location{Value: *location}
	} else {
		out.Source = &types.AudioSourceMemberBytes{Value: p.Data}
	}
	return out, err
}

// documentFormats are those whose MIME type does not end in their name.
var documentFormats = map[string]types.DocumentFormat{
	"application/msword":       types.DocumentFormatDoc,
	"application/vnd.ms-excel": types.DocumentFormatXls,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": types.DocumentFormatDocx,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       types.DocumentFormatXlsx,
	"text/plain":      types.DocumentFormatTxt,
	"text/markdown":   types.DocumentFormatMd,
	"text/x-markdown": types.DocumentFormatMd,
}

func (e *encoder) document(p providers.File, field string) (out types.DocumentBlock, err error) {
	mime := mediaType(p.Media)
	format, ok := documentFormats[mime]
	if !ok {
		format = types.DocumentFormat(formatOf(p.Media, "application/", p.Name))
		format = types.DocumentFormat(strings.TrimPrefix(string(format), "text/"))
		ok = slices.Contains(format.Values(), format)
	}
	if !ok && (strings.HasPrefix(mime, "text/") || mime == "application/json") {
		format, ok = types.DocumentFormatTxt, true
	}
	if !ok {
		return out, e.Unsupported(field+".mimeType", "documents are PDF, Word, Excel, CSV, HTML, Markdown or text")
	}
	out.Format = format
	out.Name = aws.String(e.documentName(p.Name))
	if e.opts.Citations {
		out.Citations = &types.CitationsConfig{Enabled: aws.Bool(true)}
	}
	location, err := e.location(p.Media, field)
	if location != nil {
		out.Source = &types.DocumentSourceMemberS3Location{Value: *location}
	} else {
		out.Source = &types.DocumentSourceMemberBytes{Value: p.Data}
	}
	return out, err
}

// documentName returns a name of the characters that the API allows, and one
// that no other document of the request has.
func (e *encoder) documentName(name string) string {
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune(" -()[]", r):
			return r
		}
		return '-'
	}, name)
	name = strings.Join(strings.Fields(name), " ")
	const longest = 180 // the API's limit is 200
	name = name[:min(len(name), longest)]
	if name == "" {
		name = "document"
	}
	unique := name
	for n := 2; e.names[unique]; n++ {
		unique = fmt.Sprintf("%s (%d)", name, n)
	}
	if e.names == nil {
		e.names = map[string]bool{}
	}
	e.names[unique] = true
	return unique
}

// location returns where the service fetches the media itself; nil if it is
// sent along.
func (e *encoder) location(m providers.Media, field string) (*types.S3Location, error) {
	switch {
	case m.FileID != "":
		return nil, e.Unsupported(field+".fileID", "Converse has no uploaded files; use data or an s3:// URI")
	case strings.HasPrefix(m.URI, "s3://"):
		return &types.S3Location{Uri: &m.URI}, nil
	case m.URI != "":
		return nil, e.Unsupported(field+".uri", "Converse fetches s3:// URIs alone; use data")
	case len(m.Data) == 0:
		return nil, e.Unsupported(field, "has no data; Converse keeps nothing of earlier answers")
	}
	return nil, nil
}

// formatOf returns the MIME type without the prefix, or the extension where
// there is no type.
func formatOf(m providers.Media, prefix, name string) string {
	if mime := mediaType(m); mime != "" {
		return strings.TrimPrefix(mime, prefix)
	}
	ext := path.Ext(m.URI)
	if ext == "" {
		ext = path.Ext(name)
	}
	return strings.ToLower(strings.TrimPrefix(ext, "."))
}

func mediaType(m providers.Media) string {
	mime, _, _ := strings.Cut(m.MIMEType, ";")
	return strings.ToLower(strings.TrimSpace(mime))
}
