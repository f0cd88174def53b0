import { mount } from '../ui/mount.tsx'
import { JoinPage } from './join-page.tsx'

mount(<JoinPage />)
