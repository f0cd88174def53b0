import { Button } from '../ui/button.tsx'
import { ErrorState } from '../ui/notice.tsx'
import { problemPage, type Problem, type Way } from './problem.ts'

const labels: Record<Way, string> = {
  retry: 'Try again',
  trust: 'Trust the new key',
}

/** A page for what stops everything. */
export function ProblemPage({ problem, onWay }: { readonly problem: Problem; readonly onWay: (way: Way) => void }) {
  const { title, what, safe, next, ways } = problemPage(problem)
  return (
    <ErrorState
      title={title}
      safe={safe}
      next={next}
      actions={ways.map((way) => (
        <Button key={way} kind={way === 'retry' ? 'primary' : 'danger'} onClick={() => onWay(way)}>
          {labels[way]}
        </Button>
      ))}
    >
      {what}
    </ErrorState>
  )
}
