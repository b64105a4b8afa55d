package part

import (
	"context"

	"linli/internal/blob"
	"linli/internal/casework"
	"linli/internal/db"
	"linli/internal/picture"
	"linli/internal/web/ui"
)

// A sitePhoto is a photo of a case as evidence.
type sitePhoto struct {
	picture.Picture
	Href   string
	After  bool
	Doubts []picture.Doubt
}

// sitePhotos are the photos of a case that tell when or where they were taken, with what does not fit.
func (t *Town) sitePhotos(tx *db.Tx, k *casework.Case, files map[string]blob.Link) ([]sitePhoto, error) {
	list, err := picture.Of(tx, Subject(k.ID))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	doubts, err := t.Cases.PhotoDoubts(tx, k)
	if err != nil {
		return nil, err
	}
	var out []sitePhoto
	for _, p := range list {
		if _, there := files[p.Hash]; !there {
			continue
		}
		s := sitePhoto{Picture: p, Href: FileHref(k.ID, p.Hash), After: picture.Matter{SentOut: k.Routed}.After(p)}
		for _, d := range doubts {
			if d.Hash == p.Hash {
				s.Doubts = append(s.Doubts, d)
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// label says which photo it is.
func (s sitePhoto) label(ctx context.Context) string {
	if s.After {
		return ui.T(ctx, "办后照片")
	}
	return ui.T(ctx, "上报照片")
}

// told says when it was taken and whether it tells where, and who says so.
func (s sitePhoto) told(ctx context.Context) string {
	words := ui.T(ctx, "没有拍摄时间")
	if !s.Taken.IsZero() {
		words = ui.T(ctx, "%s拍摄", ui.DateTime(ctx, s.Taken))
	}
	if s.Placed {
		words += " · " + s.Where.String()
	} else {
		words += " · " + ui.T(ctx, "没有拍摄位置")
	}
	if s.Source == "phone" {
		words += " · " + ui.T(ctx, "手机说的")
	}
	return words
}

// doubtWords says why a photo does not fit.
func doubtWords(ctx context.Context, d picture.Doubt) string {
	switch {
	case d.Mark == picture.Far:
		return ui.T(ctx, "拍摄位置离事发地 %d 米", d.Metres)
	case d.Mark == picture.Late:
		return ui.T(ctx, "拍摄时间晚于提交时间")
	case d.After:
		return ui.T(ctx, "拍摄于派遣之前")
	}
	return ui.T(ctx, "提交前很久就拍了")
}
