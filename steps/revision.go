package steps

import (
	"fmt"
	"slices"

	"fargate-doctor/aws"
)

// revision registers a revision of a task definition that a jq filter makes from the one that is there.
func revision(d aws.TaskDefinition, title, filter string) Fix {
	return Fix{
		Title: title,
		Command: fmt.Sprintf("aws ecs describe-task-definition --task-definition %s --query taskDefinition | jq '%s | "+
			"del(.taskDefinitionArn,.revision,.status,.requiresAttributes,.compatibilities,.registeredAt,.registeredBy)' > /tmp/%s.json && "+
			"aws ecs register-task-definition --cli-input-json file:///tmp/%s.json", aws.ShortName(d.ARN), filter, d.Family, d.Family),
	}
}

// changed applies a change to a container of the task definition in memory.
func changed(container string, change func(*aws.ContainerDefinition)) func(Facts) Facts {
	return func(f Facts) Facts {
		d := definition.Of(f)
		d.Containers = slices.Clone(d.Containers)
		for i := range d.Containers {
			if d.Containers[i].Name == container {
				change(&d.Containers[i])
			}
		}
		return f.with(definition, d, nil)
	}
}

// ofContainer is the jq path of one container of a task definition.
func ofContainer(name string) string {
	return fmt.Sprintf(`(.containerDefinitions[] | select(.name=="%s"))`, name)
}
