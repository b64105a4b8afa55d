package blob

import (
	"bytes"
	"net/http"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sniffLen is how much of a file decides its type.
const sniffLen = 4096

// sniffed are the types accepted as http.DetectContentType finds them.
var sniffed = map[string]bool{
	"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true, "image/bmp": true,
	"application/pdf": true, "text/plain; charset=utf-8": true,
	"audio/mpeg": true, "audio/wave": true, "audio/aiff": true, "audio/basic": true, "application/ogg": true,
}

// office are documents that are zip archives, by extension, with a name that their first entries contain.
var office = map[string]struct{ kind, entry string }{
	".docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "[Content_Types].xml"},
	".xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "[Content_Types].xml"},
	".pptx": {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "[Content_Types].xml"},
	".odt":  {"application/vnd.oasis.opendocument.text", "mimetype"},
	".ods":  {"application/vnd.oasis.opendocument.spreadsheet", "mimetype"},
	".ofd":  {"application/ofd", "OFD.xml"},
}

// oldOffice are the documents in compound files, which begin with oleMagic.
var oldOffice = map[string]string{
	".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint", ".wps": "application/vnd.ms-works",
}

var oleMagic = []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")

// kindOf returns the type of a file from its first bytes and its name, "" when it is not accepted.
func kindOf(head []byte, name string) string {
	ext := strings.ToLower(filepath.Ext(name))
	kind := http.DetectContentType(head)
	switch {
	case bytes.HasPrefix(head, []byte("#!AMR")): // telephone recordings
		return "audio/amr"
	case sniffed[kind]:
		return plain(kind, head)
	case kind == "application/zip":
		if o, ok := office[ext]; ok && (bytes.Contains(head, []byte(o.entry)) || bytes.Contains(head, []byte("_rels/"))) {
			return o.kind
		}
	case bytes.HasPrefix(head, oleMagic):
		return oldOffice[ext]
	case kind == "video/mp4" && ext == ".m4a":
		return "audio/mp4"
	case kind == "video/webm" && ext == ".weba":
		return "audio/webm"
	case bytes.HasPrefix(head, []byte{0xFF, 0xFB}) || bytes.HasPrefix(head, []byte{0xFF, 0xF3}): // MP3 without a tag
		if ext == ".mp3" {
			return "audio/mpeg"
		}
	}
	return ""
}

// plain drops the charset that DetectContentType claims for text of any encoding, and refuses text that is markup in
// disguise: some browsers run what they find, whatever the type says.
func plain(kind string, head []byte) string {
	if !strings.HasPrefix(kind, "text/plain") {
		return kind
	}
	low := bytes.ToLower(head)
	for _, tag := range []string{"<script", "<html", "<svg", "<!doctype", "<iframe"} {
		if bytes.Contains(low, []byte(tag)) {
			return ""
		}
	}
	return "text/plain"
}

// maxName is the longest name kept, in characters.
const maxName = 120

// CleanName makes a file name fit to be shown and offered for download: without folders, control and direction characters,
// at most 120 characters with its extension kept; "未命名" when nothing is left.
func CleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if n := utf8.RuneCountInString(name); n > maxName {
		ext := filepath.Ext(name)
		if utf8.RuneCountInString(ext) > 10 {
			ext = ""
		}
		stem := []rune(strings.TrimSuffix(name, ext))
		name = string(stem[:maxName-utf8.RuneCountInString(ext)]) + ext
		name = strings.Trim(name, " .")
	}
	if name == "" {
		return "未命名"
	}
	return name
}
