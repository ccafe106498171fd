package debug

import (
	"context"
	"errors"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
)

// ReadSubject reads the task, or the service's newest one, that a debug task is to stand beside. Only the task and its definition must be
// readable: NewPlan says what it lacks.
func ReadSubject(ctx context.Context, r aws.Reader, region, cluster, service, task string) (Subject, error) {
	s := Subject{Region: region}
	var err error
	if task != "" {
		s.Task, err = read.FindTask(ctx, r, cluster, service, task)
	} else {
		s.Task, err = read.NewestTask(ctx, r, cluster, service)
	}
	if err != nil {
		return s, err
	}
	if name := s.Task.ServiceName(); name != "" {
		service = name
	}
	if service != "" {
		if s.Service, s.Unread = read.Service(ctx, r, cluster, service); s.Unread != nil && s.Task.ARN == "" {
			return s, s.Unread
		}
	}
	definition := s.Task.TaskDefinition
	if definition == "" {
		definition = s.Service.TaskDefinition
	}
	if definition != "" {
		if s.Definition, err = read.TaskDefinition(ctx, r, definition); err != nil {
			return s, err
		}
	}
	if id := s.Task.Attachment.Interface; id != "" && !s.Task.Ended() {
		found, err := read.Interfaces(ctx, r, id)
		if err != nil {
			s.Unread = errors.Join(s.Unread, err)
		}
		if len(found) == 1 {
			s.Interface.Groups = found[0].Groups
			for _, a := range found[0].Addresses {
				s.Interface.PublicIP = s.Interface.PublicIP || a.Public.IsValid()
			}
		}
	}
	return s, nil
}
