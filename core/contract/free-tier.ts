/**
 * The free tier: so many credits at each midnight UTC, never lifting what is held above the cap.
 * On from the day an account is opened, whose own credits come at once.
 */
import { credits } from './credits';

export const FREE_TIER = { daily: credits('5'), cap: credits('30') } as const;
