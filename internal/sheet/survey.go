package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// A shape is what a first reading tells of a text.
type shape struct {
	decoder transform.Transformer // nil for UTF-8
	comma   byte
	lines   int
}

// survey reads all of a text. It is GB18030 when more of it breaks UTF-8 than is UTF-8: a few damaged characters in a UTF-8 text then
// cost the rows they are in, not the whole table.
func survey(r io.Reader) (shape, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	s := shape{comma: ','}
	head, err := in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return s, err
	}
	if wide := bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}); wide {
		s.decoder = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
		in = bufio.NewReader(transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()))
		if head, err = in.Peek(1024); err != nil && !errors.Is(err, io.EOF) {
			return s, err
		}
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if bytes.Count(line, []byte("\t")) > bytes.Count(line, []byte(",")) {
		s.comma = '\t'
	}
	good, broken, last := 0, 0, '\n'
	for {
		c, size, err := in.ReadRune()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s, err
		}
		switch {
		case c == utf8.RuneError && size == 1:
			broken++
		case c >= utf8.RuneSelf:
			good++
		case c == '\n':
			s.lines++
		}
		last = c
	}
	if last != '\n' {
		s.lines++
	}
	if s.decoder == nil && broken > good {
		s.decoder = simplifiedchinese.GB18030.NewDecoder()
	}
	return s, nil
}
