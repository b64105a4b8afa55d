package photo

import (
	"io"
	"math"
	"strings"
	"time"

	"github.com/bep/imagemeta"

	"linli/internal/civil"
)

// metaTime bounds how long metadata are looked at.
const metaTime = 2 * time.Second

var metaFormats = map[string]imagemeta.ImageFormat{"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "webp": imagemeta.WebP}

// asked are the tags that are looked at. Those of a thumbnail (IFD1) are not.
var asked = map[string]bool{"Orientation": true, "DateTimeOriginal": true, "DateTime": true, "OffsetTimeOriginal": true, "OffsetTime": true,
	"GPSLatitude": true, "GPSLatitudeRef": true, "GPSLongitude": true, "GPSLongitudeRef": true}

// readMeta reads what EXIF tells. Damaged metadata tell what could be read of them.
func (p *Photo) readMeta(r io.ReadSeeker) {
	tags := map[string]any{}
	_, err := imagemeta.Decode(imagemeta.Options{R: r, ImageFormat: metaFormats[p.Format], Sources: imagemeta.EXIF, Timeout: metaTime, LimitNumTags: 1000,
		LimitTagSize:    4096,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool { return asked[t.Tag] && strings.HasPrefix(t.Namespace, "IFD0") },
		HandleTag: func(t imagemeta.TagInfo) error {
			if _, told := tags[t.Tag]; !told {
				tags[t.Tag] = t.Value
			}
			return nil
		},
		Warnf: func(string, ...any) {}})
	if err != nil && len(tags) == 0 {
		return
	}
	if n, ok := whole(tags["Orientation"]); ok && n >= 1 && n <= 8 {
		p.Turn = n
	}
	p.Taken = wallClock(tags)
	lat, known := degrees(tags["GPSLatitude"], tags["GPSLatitudeRef"], "S", 90)
	lon, both := degrees(tags["GPSLongitude"], tags["GPSLongitudeRef"], "W", 180)
	if known && both && (lat != 0 || lon != 0) {
		p.Placed, p.Lon, p.Lat = true, lon, lat
	}
}

func whole(v any) (int, bool) {
	switch n := v.(type) {
	case uint16:
		return int(n), true
	case int:
		return n, true
	case uint32:
		return int(n), true
	case uint8:
		return int(n), true
	}
	return 0, false
}

// wallClock is when the photo was taken; the zero time when nothing usable says so.
func wallClock(tags map[string]any) time.Time {
	for _, pair := range [][2]string{{"DateTimeOriginal", "OffsetTimeOriginal"}, {"DateTime", "OffsetTime"}} {
		said, _ := tags[pair[0]].(string)
		said = strings.Trim(said, " \x00")
		if offset, ok := tags[pair[1]].(string); ok {
			if t, err := time.Parse("2006:01:02 15:04:05-07:00", said+strings.Trim(offset, " \x00")); err == nil {
				return t.UTC()
			}
		}
		if t, err := time.ParseInLocation("2006:01:02 15:04:05", said, civil.Shanghai); err == nil && t.Year() > 1970 {
			return t.UTC()
		}
	}
	return time.Time{}
}

func degrees(v, ref any, negative string, most float64) (float64, bool) {
	d, ok := v.(float64)
	if !ok || math.IsNaN(d) || math.Abs(d) > most {
		return 0, false
	}
	if s, _ := ref.(string); strings.HasPrefix(s, negative) {
		d = -d
	}
	return d, true
}
