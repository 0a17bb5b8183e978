package project

import (
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/document"
)

// checkLimits refuses files that would grow beyond the limits. Files that
// cannot, which is told quickly, are not parsed for it.
func (s *source) checkLimits() error {
	suspect, more := false, false
	for _, f := range s.files {
		if err := s.checkParts(f.Filename, f.Content); err != nil {
			return err
		}
		suspect = suspect || mayGrow(f.Content)
		more = more || namesFiles(f.Content)
	}
	if !suspect && !more {
		return nil
	}
	documents, err := s.boundedDocuments()
	if err != nil {
		return err
	}
	if err := s.checkIncludedEnv(documents); err != nil {
		return err
	}
	if t, err := weigh(documents); err != nil {
		return s.excessive(t, err)
	}
	return nil
}

// boundedDocuments are the project's files and those that they name, all within
// the limits of a file together.
func (s *source) boundedDocuments() ([]*document.Document, error) {
	documents, err := boundedDocuments(s, document.MaxDocuments)
	size, parts := 0, 0
	for _, t := range documents {
		size += len(t.Content)
		parts += partsOf(t.Content)
	}
	switch {
	case err != nil:
		return nil, err
	case size > composeFileBytes.value:
		return nil, hint.New(composeFileBytes.exceeded("the files together"), composeFileBytes.help)
	case parts > composeParts.value:
		return nil, hint.New(composeParts.exceeded("the files together"), composeParts.help)
	}
	return documents, nil
}

// checkParts refuses a file that would be parsed into too much.
func (s *source) checkParts(name string, content []byte) error {
	switch {
	case documentsOf(content) > composeDocuments.value:
		return &FileError{File: s.shown(name), Msg: composeDocuments.exceeded("the file"), Help: composeDocuments.help}
	case len(content) > usualSize && partsOf(content) > composeParts.value:
		return &FileError{File: s.shown(name), Msg: composeParts.exceeded("the file"), Help: composeParts.help}
	}
	return nil
}

// excessive makes a FileError of what a weigher found.
func (s *source) excessive(t *document.Document, e *limitError) error {
	f := &FileError{File: s.shown(t.Name), Msg: e.msg, Help: e.hint, Err: e}
	if e.node != nil && e.node.Line > 0 {
		f.Line, f.Column = e.node.Line, e.node.Column
		f.Excerpt = document.Excerpt(t.Content, f.Line, f.Column)
	}
	return f
}
